// The page of one tool, made from its record.
const { e, number, plural, capitalize, each } = require("./words.cjs");

module.exports = class {
  data() {
    return {
      layout: "layout.11ty.cjs",
      pagination: { data: "records", size: 1, alias: "record" },
      permalink: ({ record }) => record.path,
    };
  }

  render({ record, vocabulary }) {
    return article(record, vocabulary);
  }
};

function article(p, words) {
  const { tool, server, parameters, action } = p;
  const [root, name, title, twin] = [e(p.root), e(tool.name), e(server.title), e(p.head.twin)];
  const { severity, primary, confidence: sure, by } = p;
  const category = words.categories[primary];
  const risk = e(words.severities[severity]);
  const rule = (id) => (words.rules[id] ? `<a href="${root}rules/${e(id)}.html">${e(id)}</a>` : e(id));
  const sev = (word) => `<span class="sev ${word}">${word}</span>`;
  const quoted = `<q lang="${e(p.language)}" dir="${p.first_line_direction}">${e(p.first_line)}</q>`;
  const { location } = tool;
  const place = location && `${e(location.file)}:${location.line}`;
  const [panel] = p.panels;
  return `<article class="sheet wrap">
<header class="lead sev-${severity}">
<p class="crumbs"><a href="${root}index.html">Catalogue</a> <a href="index.html"><bdi>${title}</bdi></a></p>
<p><a class="sev ${severity}" href="${root}risk/${severity}.html">${severity} risk</a></p>
<h1 dir="auto">${name}</h1>
${tool.title && tool.title !== tool.name ? `<p class="subtitle" dir="auto">${e(tool.title)}</p>` : ""}
${p.description ? described(p, twin) : `<p class="note">The author gives no description.</p>`}
</header>
<aside class="facts" aria-labelledby="facts">
<h2 id="facts">Risk facts</h2>
<p class="band ${severity}">${sev(severity)}</p>
<dl>
<dt>Category</dt><dd><a href="${root}categories/${primary.toLowerCase()}.html">${primary}</a></dd>
${each(p.also, (also) => `<dt>Also</dt><dd><a href="${root}categories/${also.category.toLowerCase()}.html">${also.category}</a> <small>${also.confidence} confidence</small></dd>`)}
<dt>Confidence</dt><dd>${sure}</dd>
<dt>Recommended</dt><dd>${e(action.name)}</dd>
<dt>Decided by</dt><dd>${by}</dd>
<dt>Server</dt><dd><a href="index.html"><bdi>${title}</bdi></a>${server.version ? ` <small>${e(server.version)}</small>` : ""}</dd>
${location ? `<dt>Source</dt><dd class="code">${p.location_link ? `<a href="${e(p.location_link)}" rel="nofollow noopener">${place}</a>` : place}</dd>` : ""}
</dl>
<p class="jump"><a href="#control">How to control it</a> <a href="${twin}">JSON</a></p>
</aside>
<div class="body">
<section>
<h2>What ${name} does on <bdi>${title}</bdi></h2>
<p><code>${name}</code> ${e(category.verb)}: one call ${e(category.call)}.${p.first_line ? ` Its author describes it as ${quoted}` : ""}</p>
<p>${takes(parameters)}${does(p.deeds)}</p>
${tool.condition ? condition(tool.condition) : ""}
${p.operations.length ? operations(p.operations, sev) : ""}
</section>
<section>
<h2>${action.id === "allow" ? `Why ${name} is rated ${severity}` : `Why ${name} needs a policy`}</h2>
<p class="why">${each(p.rationale, ({ text, code }) => (code ? `<code>${e(text)}</code>` : e(text)))}</p>
${p.dissent ? `<p class="note">The judge read it as ${p.dissent.primary} and was not followed, because name, parameters or code support more. Its reason: ${e(p.dissent.rationale)}</p>` : ""}
</section>
${p.quotes.length ? quotes(p.quotes, rule) : ""}
${p.places.length || location ? source(p, place, rule) : ""}
<section>
<h2>The label, and how it was reached</h2>
<table class="grid rows"><tbody>
<tr><th scope="row">Primary category</th><td>${primary}: ${e(category.verb)}</td></tr>
<tr><th scope="row">Severity</th><td>${sev(severity)} ${risk}</td></tr>
<tr><th scope="row">Confidence</th><td>${sure}: ${e(words.confidences[sure])}</td></tr>
<tr><th scope="row">Decided by</th><td>${decider(by, server.judge)}${each(p.rules, (id, i) => `${i ? "," : ":"} ${rule(id)}`)}</td></tr>
${p.also.length ? `<tr><th scope="row">Also holds</th><td>${each(p.also, (also) => `${also.category} (${also.confidence} confidence)`, ", ")}</td></tr>` : ""}
${each(p.signals, ({ id, floor }) => `<tr><th scope="row">${e(words.signals[id].title)}</th><td>${e(words.signals[id].text)}${floor ? `; at least ${sev(floor)}` : "; context, does not change the severity"}</td></tr>`)}
</tbody></table>
${each(p.clashes, clash)}
</section>
<section>
<h2>Parameters</h2>
${table(parameters, twin)}
</section>
<section>
<h2>Annotations</h2>
${p.hints.length ? hints(p.hints) : "<p>The author sets none.</p>"}
</section>
${p.attacks.length ? attacks(p.attacks, root) : ""}
<section id="control">
<h2>How to control ${name}</h2>
<p><b>${e(action.name)}</b>: ${e(action.says)}. ${e(action.reason)}${p.alternative ? ` The alternative is to ${e(p.alternative)}.` : ""}</p>
<div class="tabs" role="group" aria-label="Policy formats">
${each(p.panels, ({ id, title }, i) => `<input type="radio" name="format" id="f-${id}" value="${id}"${i ? "" : " checked"}><label for="f-${id}">${e(title)}</label>`, "\n")}
${each(p.panels, control)}
</div>
<p class="note">The whole-server policy, in every format, is on the <a href="index.html#policy">page of <bdi>${title}</bdi></a>.</p>
</section>
${p.same_server.length || p.same_name.length || p.same_rule.length ? related(p, sev) : ""}
<section class="questions">
<h2>Questions</h2>
<h3>What does ${name} do?</h3>
<p>It ${e(category.verb)}; its category is ${primary}.${p.first_line ? ` In its author&#8217;s words: ${quoted}` : ""}</p>
<h3>How do I enforce a policy on it?</h3>
<p>Choose your client <a href="#control">above</a> and follow its three steps. ${e(panel.title)}, for one: ${e(panel.sentence)}</p>
<h3>What risk level is it?</h3>
<p><a href="${root}risk/${severity}.html">${capitalize(severity)}</a>, with ${sure} confidence. ${risk}</p>
<h3>Can I limit how often it is called?</h3>
<p>${e(p.rate.sentence)} In ${e(p.rate.filename)}:</p>
<pre class="inline" tabindex="0"><code>${e(p.rate.text)}</code></pre>
<h3>How do I block it completely?</h3>
<p>${e(p.block.sentence)}</p>
<pre class="inline" tabindex="0"><code>${e(p.block.text)}</code></pre>
<h3>Which server provides it?</h3>
<p><a href="index.html"><bdi>${title}</bdi></a>, <code>${e(server.id)}</code>${server.repository ? `, developed at <a href="${e(server.repository)}" rel="nofollow noopener">${e(server.repository)}</a>` : ""}.</p>
</section>
<section class="history">
<h2>History</h2>
${p.changes.length ? `<ul class="links">${each(p.changes, ({ day, text }) => `<li><span class="day">${day}</span> ${e(text)}</li>`)}</ul>` : ""}
<p>${seen(p.dates)}One of <a href="index.html">${plural(p.tools, "tool")}</a> of this server, in an index of ${p.index.tools} tools on ${p.index.servers} servers.</p>
</section>
</div>
</article>`;
}

const described = (p, twin) => `<blockquote class="said" lang="${e(p.language)}" dir="${p.description_direction}">${e(p.description)}</blockquote>
${p.description_cut ? `<p class="note">${number(p.description_cut)} more characters stand in the <a href="${twin}">JSON of this page</a>.</p>` : ""}`;

function takes({ known, rows, left_out, required }) {
  const count = rows.length + left_out;
  if (!known) return "What arguments it takes could not be read.";
  if (!count) return "It takes no arguments.";
  const needed = each(required.slice(0, 5), (one) => `<code>${e(one)}</code>`, ", ");
  const more = required.length > 5 ? ` and ${required.length - 5} more` : "";
  const rest = required.length ? `, and cannot be called without ${needed}${more}` : ", none of them required";
  return `It takes ${plural(count, "argument")}${rest}.`;
}

const does = (deeds) => each(deeds, ({ words, effect, target }, i) => {
  const last = i === deeds.length - 1;
  const before = i === 0 ? " In the source, a call " : last ? " and " : ", ";
  return `${before}${words ? e(words) : `reaches <code>${e(effect)}</code>`}${target ? ` (<code>${e(target)}</code>)` : ""}${last ? "." : ""}`;
});

const condition = (c) => `<p class="note">Only there under a condition: ${e(c.kind)} <code>${e(c.expression)}</code>${c.default_on === null ? "" : `, ${c.default_on ? "on" : "off"} by default`} (<span class="code">${e(c.file)}:${c.line}</span>).</p>`;

const operations = (list, sev) => `<table class="grid"><caption>Each accepted value has its own label; the worst decides.</caption>
<thead><tr><th>Value</th><th>Category</th><th>Severity</th></tr></thead><tbody>
${each(list, (o) => `<tr><td><code>${e(o.parameter)} = ${e(o.value)}</code></td><td>${o.primary}</td><td>${sev(o.severity)}</td></tr>`)}
</tbody></table>`;

const quotes = (list, rule) => `<section>
<h2>From the tool&#8217;s definition</h2>
<ul class="quotes">
${each(list, (q) => `<li><q dir="auto">${e(q.text)}</q> <span class="src">${q.where}${q.pointer ? ` <code>${e(q.pointer)}</code>` : ""}${each(q.readings, (r, i) => `${i ? ";" : ""}${r.says ? ` &rarr; ${e(r.says)},` : i ? "" : ","} ${r.strength}${r.rule ? `, ${rule(r.rule)}` : ""}`)}</span></li>`)}
</ul>
</section>`;

const linked = (link, text) => (link ? `<a class="code" href="${e(link)}" rel="nofollow noopener">${text}</a>` : `<span class="code">${text}</span>`);

function source(p, place, rule) {
  const { tool, server, places, cuts } = p;
  const { handler, location } = tool;
  const runs = handler ? `; a call runs ${location && handler.file === location.file ? "its" : `<span class="code">${e(handler.file)}</span>`} lines ${handler.start} to ${handler.end}` : "";
  const nothing = cuts.length ? "No effect on the outside was recognised as far as it could be followed." : p.followed ? "It was followed whole, and no effect on the outside was seen." : "No effect on the outside was recognised there.";
  return `<section>
<h2>In the source</h2>
${location ? `<p>Registered at ${linked(p.location_link, place)}${runs}.${places.length ? "" : ` ${nothing}`}</p>` : ""}
${places.length ? `<ul class="quotes">${each(places, (one) => `<li><code class="line">${e(one.text)}</code> <span class="src">${where(one)}${one.via ? ` through <code>${e(one.via)}</code>` : ""}${one.says ? ` &rarr; ${e(one.says)}` : ""}${one.rule ? `, ${rule(one.rule)}` : ""}</span></li>`)}</ul>` : ""}
${cuts.length ? `<p>Could not be followed: ${each(cuts, (c) => `${e(c.meaning)}${c.call ? ` (<code>${e(c.call)}</code>)` : ""}${c.place ? ` at ${linked(c.link, e(c.place))}` : ""}`, "; ")}.</p>` : ""}
<p class="note">Read in ${server.commit ? `commit <code>${e(server.commit)}</code>` : `the ${server.kind} of version ${e(server.version || "unknown")}`}; nothing was executed.</p>
</section>`;
}

const where = ({ link, file, line }) => (link ? `<a href="${e(link)}" rel="nofollow noopener">${e(file)}:${line}</a>` : `<span class="code">${e(file)}:${line}</span>`);

function decider(by, judge) {
  if (by === "rules") return "rules";
  if (by !== "judge") return "a person&#8217;s override";
  return judge ? `the judge, ${e(judge.model)} with prompt ${e(judge.prompt)}` : "the judge";
}

const clash = (c) => `<p class="clash"><b>${e(capitalize(c.one))} and ${e(c.other)} disagree.</b> ${e(capitalize(c.one))}: <q dir="auto">${e(c.one_quote)}</q> ${e(capitalize(c.other))}: <q dir="auto">${e(c.other_quote)}</q></p>`;

function table({ known, rows, left_out }, twin) {
  if (!known) return "<p>Unknown: the input schema could not be read.</p>";
  if (!rows.length) return "<p>None: the schema accepts no arguments.</p>";
  return `<div class="scroll" tabindex="0" role="region" aria-label="Parameters"><table class="grid">
<thead><tr><th>Name</th><th>Type</th><th>Description</th></tr></thead><tbody>
${each(rows, (p) => `<tr><td><code>${e(p.name)}</code>${p.required ? ` <em class="req">required</em>` : ""}</td><td class="type">${e(p.type)}</td><td dir="auto">${e(p.description)}${each(p.limits, (one) => ` <span class="limit">${e(one)}</span>`)}${each(p.risks, (one) => ` <b class="risk">${e(one)}</b>`)}</td></tr>`)}
</tbody></table></div>
${left_out ? `<p class="note">${plural(left_out, "more row")} in the <a href="${twin}">JSON of this page</a>.</p>` : ""}`;
}

const hints = (list) => `<table class="grid"><caption>What the author claims. A claim is weighed, never followed.</caption>
<thead><tr><th>Hint</th><th>Value</th><th>Meaning</th><th>Against the evidence</th></tr></thead><tbody>
${each(list, (h) => `<tr><td><code>${h.name}</code></td><td dir="auto">${e(h.value)}</td><td>${h.meaning}</td><td>${h.verdict}</td></tr>`)}
</tbody></table>`;

const attacks = (list, root) => `<section>
<h2>Attack patterns that such access serves</h2>
<ul class="quotes">
${each(list, (a) => `<li><a href="${root}attacks/${e(a.id)}.html">${e(a.title)}</a> <span class="src">${e(a.reason)}</span></li>`)}
</ul>
</section>`;

const control = (p) => `<div class="panel" data-for="${p.id}">
<p>${e(p.sentence)}</p>
<figure class="file"><figcaption><span>${e(p.filename)}</span><button type="button" class="copy" hidden>Copy</button><button type="button" class="save" hidden>Download</button></figcaption><pre tabindex="0"><code>${e(p.text)}</code></pre></figure>
${each(p.notes, (note) => `<p class="note">${e(note)}</p>`)}
<ol class="steps">
${each(p.steps, (step) => `<li>${e(step)}</li>`)}
</ol>
<p class="note">${p.verified_with ? `Accepted by ${e(p.verified_with)}.` : "Written to the documented form; not verified by the engine."}</p>
</div>
`;

function related(p, sev) {
  const link = (one) => `<li><a href="${e(one.href)}"><code>${e(one.name)}</code></a> <small>${one.server === undefined ? "" : `<bdi>${e(one.server)}</bdi> &middot; `}${one.primary} &middot; ${sev(one.severity)}</small></li>`;
  const list = (head, links) => (links.length ? `<div><h3>${head}</h3><ul class="links">${each(links, link)}</ul></div>` : "");
  const same = p.same_name_page ? `<a href="${e(p.same_name_page)}">Same name</a>` : "Same name";
  return `<section>
<h2>Related tools</h2>
<div class="columns">
${list("On the same server", p.same_server)}
${list(`${same} on other servers`, p.same_name)}
${list("Same action elsewhere", p.same_rule)}
</div>
</section>`;
}

function seen(dates) {
  if (!dates) return "";
  const changed = dates.definition ? `The definition last changed ${dates.definition}.` : "The definition has not changed since.";
  return `First seen ${dates.first}. ${changed}${dates.label ? ` Labelled anew ${dates.label}.` : ""} `;
}
