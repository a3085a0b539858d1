"""Opens pages in Chromium and checks what only a browser can tell.

    sh Scripts/install-browser-checks.sh
    PYTHONPATH=~/.cache/precis/browser-checks python3 check_report.py path/to/report [--screenshots FOLDER]

Both themes, at 1200 and 320 pixels, with and without scripts: no console messages, no requests beyond the
page itself, no axe violations, no duplicate ids, no link to nowhere, no sideways scrolling of the page,
computed contrast of all text (SVG included) at least 4.5, and in the tables every number of results.json,
interval included, in the row of its system. Exits with 1 and a list where something is wrong.
"""
import argparse
import json
import pathlib
import re
import shutil
import sys

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

# axe needs scripts, so it and the computed checks run in a second context that allows them.
CONTRAST = r"""
() => {
  const luminance = ([r, g, b]) => [r, g, b].map(v => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; })
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const parse = text => { const m = text.match(/rgba?\(([^)]+)\)/); if (!m) return null; const p = m[1].split(/[ ,/]+/).map(Number); return {rgb: p.slice(0, 3), a: p.length > 3 ? p[3] : 1}; };
  const background = element => {
    for (let e = element; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor);
      if (c && c.a === 1) return c.rgb;
    }
    return matchMedia('(prefers-color-scheme: dark)').matches ? [0, 0, 0] : [255, 255, 255];
  };
  const bad = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, element = node.parentElement;
    if (!node.data.trim() || !element || ['STYLE', 'title', 'desc'].includes(element.tagName)) continue;
    const style = getComputedStyle(element);
    const colour = parse(element.closest('svg') ? style.fill : style.color);
    if (!colour) { bad.push(['unreadable colour', style.fill, node.data.slice(0, 40)]); continue; }
    const [a, b] = [luminance(colour.rgb), luminance(background(element))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) bad.push([ratio.toFixed(2), element.tagName, node.data.slice(0, 40)]);
  }
  return bad;
}
"""
DUPLICATES = """
() => { const seen = new Set(), twice = [];
  for (const e of document.querySelectorAll('[id]')) { if (seen.has(e.id)) twice.push(e.id); seen.add(e.id); } return twice; }
"""
BROKEN_LINKS = """
() => [...document.querySelectorAll('a[href^="#"], use')].map(e => e.getAttribute('href')).filter(h => h && h.startsWith('#') && h.length > 1 && !document.getElementById(h.slice(1)))
"""


TABLES = """
() => Object.fromEntries(['results-main', 'results-detail'].map(id => {
  const table = document.querySelector('#' + id + ' table');
  if (!table) return [id, null];
  const cells = row => [...row.children].map(cell => cell.innerText);
  return [id, [cells(table.tHead.rows[0]), ...[...table.tBodies[0].rows].map(cells)]];
}))
"""
# Columns by the first words of their header: the metric of results.json, and its factor on the page.
COLUMNS = {
    "results-main": {
        "Win rate": ("win_rate_evaluation", 100), "Accuracy": ("accuracy", 100), "Δ accuracy": ("accuracy_difference", 100),
        "Compression": ("median_compression", 100), "Δ compression": ("compression_difference", 100),
    },
    "results-detail": {
        "≥ 3 correct": ("at_least_3", 100), "≥ 4 correct": ("at_least_4", 100), "Mean compression": ("mean_compression", 100),
        "Words": ("mean_words", 1),
    },
}
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def agrees(shown, value):
    """Whether a number as printed is `value` rounded to the printed digits."""
    decimals = len(shown.partition(".")[2])
    return abs(float(shown) - value) <= 0.5 * 10**-decimals + 1e-9


def wrong_numbers(tables, systems):
    """Numbers of results.json that the page's tables do not show where they belong."""
    for name, columns in COLUMNS.items():
        if not tables[name]:
            yield f"there is no table {name}"
            continue
        header, *rows = tables[name]
        header = [re.split(r"[\n\t]", text)[0].replace("\u00a0", " ").strip() for text in header]
        by_label = {plain(row[0]): row for row in rows}
        for system in systems:
            row = by_label.get(plain(system["label"]))
            if row is None:
                yield f"{name} has no row {system['label']!r}"
                continue
            for title, (metric, factor) in columns.items():
                estimate = system["metrics"].get(metric)
                if title not in header:
                    yield f"{name} has no column {title}"
                elif estimate is not None:
                    wanted = [estimate[part] * factor for part in ("value", "lower", "upper") if estimate.get(part) is not None]
                    shown = NUMBER.findall(plain(row[header.index(title)]).replace("+", " "))
                    if len(shown) != len(wanted) or not all(map(agrees, shown, wanted)):
                        yield f"{name}, {system['label']}, {title}: shows {shown}, results.json has {wanted}"


def plain(text):
    return text.replace("\u2212", "-").replace("\u00a0", " ").strip()


def check(browser, page_path, screenshots, themes, widths):
    problems = []
    url = page_path.resolve().as_uri()
    results = page_path.parent / "results.json"
    systems = json.loads(results.read_text())["systems"] if page_path.name == "report.html" else []
    systems = [system for system in systems if system["kind"] != "gaming"]
    if page_path.stat().st_size > 2_000_000:
        problems.append(f"page is {page_path.stat().st_size} bytes, more than 2 MB")
    for scheme in themes:
        for width in widths:
            where = f"{scheme}, {width} px"
            for scripts in (False, True):
                context = browser.new_context(
                    color_scheme=scheme, viewport={"width": width, "height": 900}, java_script_enabled=scripts,
                    bypass_csp=scripts)
                page = context.new_page()
                page.on("console", lambda m: problems.append(f"{where}: console {m.type}: {m.text}"))
                page.on("pageerror", lambda e: problems.append(f"{where}: error: {e}"))
                page.on("request", lambda r: r.url != url and problems.append(f"{where}: request: {r.url}"))
                page.goto(url)
                if not scripts:
                    if not page.locator("h1").is_visible():
                        problems.append(f"{where}: no heading without scripts")
                    if screenshots:
                        page.screenshot(path=screenshots / f"{page_path.stem}-{scheme}-{width}.png", full_page=True)
                    context.close()
                    continue
                page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
                sideways = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                if sideways > 0:
                    problems.append(f"{where}: the page scrolls sideways by {sideways} px")
                problems += [f"{where}: contrast {ratio}: {tag}: {text!r}" for ratio, tag, text in page.evaluate(CONTRAST)]
                problems += [f"{where}: id used twice: {i}" for i in page.evaluate(DUPLICATES)]
                problems += [f"{where}: link to nowhere: {i}" for i in page.evaluate(BROKEN_LINKS)]
                for violation in Axe().run(page).response["violations"]:
                    targets = [node["target"] for node in violation["nodes"][:3]]
                    problems.append(f"{where}: axe {violation['id']} ({len(violation['nodes'])}): {violation['help']}: {targets}")
                if systems:
                    problems += [f"{where}: {text}" for text in wrong_numbers(page.evaluate(TABLES), systems)]
                context.close()
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="+", type=pathlib.Path, help="a report's folder, or HTML pages")
    parser.add_argument("--screenshots", type=pathlib.Path)
    parser.add_argument("--themes", nargs="+", choices=["light", "dark"], default=["light", "dark"])
    parser.add_argument("--widths", nargs="+", type=int, default=[1200, 320], help="in pixels")
    arguments = parser.parse_args()
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("error: no chromium on the PATH; sh Scripts/install-browser-checks.sh installs it")
    if arguments.screenshots:
        arguments.screenshots.mkdir(parents=True, exist_ok=True)
    failed = False
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for path in arguments.pages:
            page = path / "report.html" if path.is_dir() else path
            problems = sorted(set(check(browser, page, arguments.screenshots, arguments.themes, arguments.widths)))
            print(f"{page}: {'ok' if not problems else f'{len(problems)} problems'}")
            for problem in problems[:60]:
                print("  " + problem)
            failed = failed or bool(problems)
        browser.close()
    sys.exit(1 if failed else 0)


main()
