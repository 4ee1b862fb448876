// The frame of every page; what depends on nothing but the way to the root is made once.
const { e, each } = require("../words.cjs");

const shells = new Map();

function shell(words, root) {
  if (!shells.has(root)) shells.set(root, { head: head(words, root), top: top(words, root), bottom: bottom(words, root) });
  return shells.get(root);
}

module.exports = ({ record, vocabulary, content }) => {
  const { head } = record;
  const around = shell(vocabulary, e(record.root));
  const [title, summary, canonical] = [e(head.title), e(head.summary), e(head.canonical)];
  const about = {
    "@context": "https://schema.org", "@type": "TechArticle", headline: head.headline, description: head.summary,
    url: head.canonical,
  };
  return `<!doctype html>
<html lang="en">
<head>
${around.head}
<title>${title}</title>
<meta name="description" content="${summary}">
<meta property="og:title" content="${title}">
<meta property="og:description" content="${summary}">
<link rel="canonical" href="${canonical}">
<meta property="og:url" content="${canonical}">
<link rel="alternate" type="application/json" href="${e(head.twin)}">
<script type="application/ld+json">${JSON.stringify(about).replace(/[<>&]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`)}</script>
</head>
<body>
${around.top}
<main id="main" tabindex="-1">
${content}
</main>
${around.bottom}
</body>
</html>
`;
};

const head = (words, root) => `<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<link rel="stylesheet" href="${root}${e(words.stylesheet)}">
<script src="${root}${e(words.script)}"></script>
<link rel="icon" href="${root}static/icon.svg" type="image/svg+xml">
<link rel="search" type="application/opensearchdescription+xml" title="${e(words.title)}" href="${root}opensearch.xml">
<link rel="alternate" type="application/atom+xml" title="Changes" href="${root}changes/feed.atom">
<meta property="og:site_name" content="${e(words.title)}">
<meta property="og:type" content="website">
<meta name="twitter:card" content="summary">`;

const top = (words, root) => `<a class="skip" href="#main">Skip to the content</a>
<header class="top" data-root="${root}">
  <div class="wrap">
    <a class="brand" href="${root}index.html"><svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true"><path d="M7.4 1.5h9.2l5.9 5.9v9.2l-5.9 5.9H7.4l-5.9-5.9V7.4z" fill="none" stroke="currentColor" stroke-width="2"/><path d="M12 6.5v7" stroke="currentColor" stroke-width="2.4"/><path d="M12 16v2.4" stroke="currentColor" stroke-width="2.4"/></svg><span>MCP <b>Risk</b> Catalogue</span></a>
    <form class="find" role="search" action="${root}search/index.html"><label class="vh" for="top-q">Search tools and servers</label><input id="top-q" name="q" type="search" placeholder="Search tools and servers" autocomplete="off" spellcheck="false" maxlength="200"><button type="submit">Search</button></form>
    <button class="theme" type="button" hidden>Theme: <span>auto</span></button>
    <nav aria-label="Main"><ul>
${each(words.sections, ({ href, name, current }) => `      <li><a href="${root}${e(href)}"${current ? ' aria-current="true"' : ""}>${e(name)}</a></li>
`)}    </ul></nav>
  </div>
</header>`;

const bottom = (words, root) => `<footer class="bottom">
  <div class="wrap">
    <p><b>${e(words.title)}</b>. What the tools of MCP servers can do in one call, read from their own definitions and source, with the evidence beside every label.</p>
    <p>A label describes what a tool can do with the worst arguments it accepts. It is neither an accusation nor a certificate. <a href="${root}methodology/index.html">How labels are made</a> and <a href="${root}methodology/index.html#corrections">how to correct one</a>. <a href="${root}data/index.html">Use the data</a>.</p>
  </div>
</footer>`;
