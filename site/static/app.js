(() => {
"use strict";
const root = document.documentElement, byId = id => document.getElementById(id);
const keep = (key, value) => {
  try { return value === undefined ? localStorage.getItem(key) : value ? localStorage.setItem(key, value) : localStorage.removeItem(key); } catch { return null; }
};
const apply = theme => theme ? root.setAttribute("data-theme", theme) : root.removeAttribute("data-theme");
apply(keep("theme"));

function themes() {
  const toggle = document.querySelector("button.theme");
  if (!toggle) return;
  const show = () => { toggle.firstElementChild.textContent = keep("theme") || "auto"; };
  toggle.hidden = false;
  show();
  toggle.addEventListener("click", () => {
    const next = { "": "dark", dark: "light", light: "" }[keep("theme") || ""];
    keep("theme", next);
    apply(next);
    show();
  });
}

function policies() {
  const chosen = byId("f-" + keep("format"));
  if (chosen && chosen.type === "radio") chosen.checked = true;
  for (const input of document.querySelectorAll(".tabs input")) input.addEventListener("change", () => keep("format", input.value));
  for (const figure of document.querySelectorAll("figure.file")) {
    const code = figure.querySelector("code"), name = figure.querySelector("figcaption span").textContent;
    const copy = figure.querySelector(".copy"), save = figure.querySelector(".save");
    copy.hidden = save.hidden = false;
    copy.addEventListener("click", async () => {
      try { await navigator.clipboard.writeText(code.textContent); copy.textContent = "Copied"; }
      catch { getSelection().selectAllChildren(code); copy.textContent = "Selected"; }
      setTimeout(() => { copy.textContent = "Copy"; }, 2000);
    });
    save.addEventListener("click", () => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([code.textContent], { type: "text/plain" }));
      link.download = name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    });
  }
}

/* Search: the files are described in mcp_catalogue/pages/search_index.py. */
const CJK = "\\u3040-\\u30ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\uac00-\\ud7af";
const TERM = new RegExp(`[${CJK}]+|(?:(?![${CJK}])[\\p{L}\\p{N}])+`, "gu"), IDEOGRAPH = new RegExp(`^[${CJK}]`);
const words = text => {
  const out = [];
  const split = text.replace(/([a-z0-9])(?=[A-Z])|([A-Z])(?=[A-Z][a-z])/g, "$1$2 ");
  for (const [run] of split.toLowerCase().matchAll(TERM)) {
    if (!IDEOGRAPH.test(run) || run.length === 1) out.push(run.slice(0, 24));
    else for (let i = 0; i < run.length - 1; i++) out.push(run.slice(i, i + 2));
  }
  return [...new Set(out)].slice(0, 12);
};
const fileName = prefix => "-" + [...prefix].map(c => /[a-zA-Z0-9]/.test(c) ? c : "_" + c.codePointAt(0).toString(16)).join("");
const fetched = new Map();
const load = path => {
  if (!fetched.has(path)) fetched.set(path, fetch(path).then(r => r.ok ? r.json() : Promise.reject(new Error(path))).catch(e => { fetched.delete(path); throw e; }));
  return fetched.get(path);
};
/* Least edits (a swap of neighbours is one) that turn `typed` into a beginning of `word`. */
const edits = (typed, word, most) => {
  let before = null, row = Array.from({ length: word.length + 1 }, (_, i) => i);
  for (let i = 1; i <= typed.length; i++) {
    const next = [i];
    for (let j = 1; j <= word.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (typed[i - 1] !== word[j - 1]));
      if (before && j > 1 && typed[i - 1] === word[j - 2] && typed[i - 2] === word[j - 1]) next[j] = Math.min(next[j], before[j - 2] + 1);
    }
    if (Math.min(...next) > most) return most + 1;
    before = row;
    row = next;
  }
  return Math.min(...row.slice(Math.max(0, typed.length - most)));
};

class Index {
  constructor(table) {
    Object.assign(this, table);
    this.leaves = new Set(table.leaves);
    this.heads = new Set(table.heads);
  }
  leafOf(word) {
    for (let i = 1; i <= word.length; i++) if (this.leaves.has(word.slice(0, i))) return word.slice(0, i);
    return null;
  }
  /* All documents with a term that begins with `word`: weights by number; `loose` where the lists are not complete. */
  async find(word, serverOnly) {
    const weights = new Map();
    let loose = false, hit = false;
    const add = (number, weight) => { if ((weights.get(number) || 0) < weight) weights.set(number, weight); };
    const read = leaf => {
      for (const term of Object.keys(leaf)) {
        if (!term.startsWith(word)) continue;
        hit = true;
        const exact = term === word;
        leaf[term].forEach((list, kind) => {
          if (serverOnly && kind !== 1) return;
          let number = 0;
          for (const step of list) {
            if (step < 0) { loose = true; break; }
            number += step;
            add(number, [6, 3, 1.5][kind] * (exact ? 1.5 : 1) - (term.length - word.length) * .02);
          }
        });
      }
    };
    const leaf = this.leafOf(word);
    if (leaf) read(await load(`t/${fileName(leaf)}.json`));
    if (this.heads.has(word)) {
      hit = loose = true;
      if (this.leaves.has(word + "$")) read(await load(`t/${fileName(word + "$")}.json`));
      (await load(`h/${fileName(word)}.json`)).forEach((number, i) => add(number, 5 - i / 100));
    }
    return { word, weights, loose, hit };
  }
  /* The known word that `typed` is most likely meant to be. */
  async mend(typed) {
    const most = typed.length < 4 ? 0 : typed.length < 7 ? 1 : 2;
    if (!most || IDEOGRAPH.test(typed)) return null;
    const near = new Set();
    for (let i = 0; i < Math.min(4, typed.length - 1); i++) {
      near.add(this.leafOf(typed.slice(0, i) + typed.slice(i + 1)));
      near.add(this.leafOf(typed.slice(0, i) + typed[i + 1] + typed[i] + typed.slice(i + 2)));
    }
    const lists = await Promise.all([load("words.json"), ...[...near].filter(Boolean).slice(0, 3).map(p => load(`t/${fileName(p)}.json`).then(Object.keys))]);
    let best = null, least = most + 1;
    for (const list of lists) for (const word of list) {
      if (Math.abs(word.length - typed.length) > most + 3) continue;
      const distance = edits(typed, word, most) + Math.abs(word.length - typed.length) * .01;
      if (distance < least) { least = distance; best = word; }
    }
    return best;
  }
}

async function ranked(index, query) {
  const found = [], mended = [];
  for (const word of words(query.q)) {
    let one = await index.find(word);
    if (!one.hit) {
      const better = await index.mend(word);
      if (better) { one = await index.find(better); mended.push([word, better]); }
    }
    found.push(one);
  }
  for (const word of words(query.server)) found.push({ ...await index.find(word, true), server: true });
  const strict = found.filter(f => !f.loose).sort((a, b) => a.weights.size - b.weights.size);
  let numbers = strict.length ? [...strict[0].weights.keys()].filter(n => strict.every(f => f.weights.has(n))) : [...new Set(found.flatMap(f => [...f.weights.keys()]))];
  let partial = false;
  if (!numbers.length && found.length > 1) {
    numbers = [...new Set(found.filter(f => !f.server).flatMap(f => [...f.weights.keys()]))];
    partial = true;
  }
  const category = index.categories.indexOf(query.category), severity = index.severities.indexOf(query.severity);
  const fits = n => (category < 0 || (n >> 2 & 7) === category) && (severity < 0 || (n & 3) === severity);
  const scored = numbers.filter(fits).map(n => {
    let score = 0;
    for (const f of found) score += f.weights.get(n) || (f.loose ? 0 : -4);
    return [score + (n & 3) * .05 + ((n >> 2 & 7) === 7 ? .4 : 0), n];
  });
  scored.sort((a, b) => b[0] - a[0] || a[1] - b[1]);
  return { scored, found, mended, partial };
}

function search(box) {
  const form = box.querySelector("form"), list = byId("results"), status = byId("status"), more = byId("more");
  const idle = status.textContent, PAGE = 20;
  let turn = 0, timer = 0, waiting = 0;
  const read = () => Object.fromEntries(["q", "category", "severity", "signal", "server"].map(k => [k, form.elements[k].value.trim()]));
  const fill = () => {
    const given = new URLSearchParams(location.search);
    for (const key of Object.keys(read())) form.elements[key].value = given.get(key) || "";
  };
  const address = query => {
    const given = new URLSearchParams(Object.entries(query).filter(([, v]) => v));
    return "index.html" + (given.size ? "?" + given : "");
  };
  const element = (tag, text, name) => {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    if (name) made.className = name;
    return made;
  };
  const link = (folder, file) => "../servers/" + folder + "/" + file + ".html";
  const item = (index, entry) => {
    const [number, document_, server] = entry, made = element("li"), a = element("a");
    if (document_.length === 3) {
      a.href = link(document_[1], "index");
      a.append(element("b", document_[0]));
      made.append(a, element("span", `Server, ${document_[2]} tools`, "src"));
    } else {
      const severity = index.severities[number & 3], label = element("span", severity, "sev " + severity);
      a.href = link(server[1], document_[1] ?? document_[0]);
      a.append(element("code", document_[0]));
      const line = element("span", undefined, "src"), on = element("bdi", server[0]);
      line.append(label, ` ${index.categories[number >> 2 & 7]} on `, on);
      const said = element("span", document_[4], "said-line");
      said.dir = "auto";
      made.append(a, line, said);
    }
    return made;
  };
  /* A tool stands after its server's own document, in the same block or an earlier one. */
  const fetchOne = async (index, number) => {
    const place = Math.floor(number / 32);
    let block = Math.floor(place / index.block), at = place % index.block;
    const documents = await load(`d/${block}.json`), mine = documents[at];
    for (let rows = documents; ;) {
      while (at >= 0 && rows[at].length !== 3) at--;
      if (at >= 0) return [number, mine, rows[at]];
      rows = await load(`d/${--block}.json`);
      at = rows.length - 1;
    }
  };
  const matches = (entry, result, index, query) => {
    const [, mine, server] = entry, tool = mine.length !== 3;
    if (query.signal && !(tool && mine[3] & 1 << index.signals.indexOf(query.signal))) return -1;
    const text = (tool ? mine[0] + " " + mine[4] + " " + server[0] : mine[0]).toLowerCase();
    return result.found.filter(f => f.loose && !f.weights.has(entry[0]) && !text.includes(f.word)).length;
  };
  async function run(push) {
    const query = read(), mine = ++turn, fresh = address(query);
    if (location.href !== new URL(fresh, location.href).href) history[push ? "pushState" : "replaceState"](null, "", fresh);
    if (!query.q && !query.server) {
      list.replaceChildren();
      more.hidden = true;
      status.textContent = query.category || query.severity || query.signal ? "Type a word to search for, or use the lists of severities and categories." : idle;
      return;
    }
    try {
      const index = await (search.index ??= load("index.json").then(table => new Index(table)));
      const result = await ranked(index, query);
      if (mine !== turn) return;
      let at = 0, shown = 0;
      list.replaceChildren();
      const page = async () => {
        const end = shown + PAGE, later = [];
        while (shown < end && at < result.scored.length && (at < end * 4 || query.signal && at < end * 20)) {
          const chunk = result.scored.slice(at, at += PAGE);
          const entries = await Promise.all(chunk.map(([, number]) => fetchOne(index, number)));
          if (mine !== turn) return;
          for (const entry of entries) {
            const missing = matches(entry, result, index, query);
            if (missing === 0) { if (shown < end) { list.append(item(index, entry)); shown++; } else { later.push(entry); } }
            else if (missing > 0) later.push(entry);
          }
        }
        for (const entry of later) if (shown < end) { list.append(item(index, entry)); shown++; }
        more.hidden = at >= result.scored.length;
        const count = result.scored.length, exact = result.found.every(f => !f.loose) && !query.signal;
        const instead = result.mended.map(([typed, meant]) => `“${meant}” instead of “${typed}”`).join(", ");
        status.textContent = (shown ? `${exact ? count.toLocaleString("en") : "The first " + shown} ${exact && count === 1 ? "result" : "results"}` : "Nothing found") + (instead ? ", searching " + instead : "") + (result.partial && shown ? "; not every word occurs in each" : "") + ".";
      };
      more.onclick = page;
      await page();
    } catch {
      if (mine !== turn) return;
      status.textContent = location.protocol === "file:" ? "Search needs the site to be served (catalogue serve DIR); the lists of servers, severities and categories work from disk." : "The search index could not be loaded. The lists of servers, severities and categories work without it.";
    }
  }
  form.addEventListener("submit", event => { event.preventDefault(); clearTimeout(timer); clearTimeout(waiting); run(true); });
  form.addEventListener("input", () => {
    clearTimeout(timer);
    clearTimeout(waiting);
    timer = setTimeout(() => run(false), 90);
    waiting = setTimeout(() => history.pushState(null, "", location.href), 1500);
  });
  box.addEventListener("keydown", event => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp" || event.target.tagName === "SELECT") return;
    const links = [...list.querySelectorAll("a")], now = links.indexOf(document.activeElement);
    const next = event.key === "ArrowDown" ? links[now + 1] : links[now - 1] || byId("q");
    if (next) { event.preventDefault(); next.focus(); }
  });
  addEventListener("popstate", () => { fill(); run(false); });
  fill();
  run(false);
  if (!read().q) byId("q").focus();
}

document.addEventListener("DOMContentLoaded", () => {
  themes();
  policies();
  const box = byId("search");
  if (box) search(box);
  addEventListener("keydown", event => {
    if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) { event.preventDefault(); (byId("q") || byId("top-q")).focus(); }
  });
});
})();
