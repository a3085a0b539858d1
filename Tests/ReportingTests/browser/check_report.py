"""Opens a report in Chromium and checks what only a browser can tell.

    python3 -m venv venv && venv/bin/pip install playwright axe-playwright-python
    venv/bin/python check_report.py path/to/report [--screenshots FOLDER]

Needs Chromium (Debian: apt-get install chromium). Both themes, at 1200 and 320 pixels, with scripts off:
no console messages, no requests beyond the page itself, no axe violations, no duplicate ids, no sideways
scrolling of the page, computed contrast of all text (SVG included) at least 4.5, and every number of
results.json's main metrics present in the page. Exits with 1 and a list where something is wrong.
"""
import argparse
import json
import pathlib
import re
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


def expected_numbers(folder):
    """Main values of results.json, as the page prints their leading digits."""
    path = folder / "results.json"
    if not path.exists():
        return []
    numbers = []
    for system in json.loads(path.read_text())["systems"]:
        for name in ("accuracy", "median_compression", "win_rate_evaluation"):
            metric = system["metrics"].get(name)
            if metric is not None:
                numbers.append((system["name"], name, metric["value"] * 100))
    return numbers


def check(page_path, screenshots):
    problems = []
    url = page_path.resolve().as_uri()
    numbers = expected_numbers(page_path.parent) if page_path.name == "report.html" else []
    if page_path.stat().st_size > 2_000_000:
        problems.append(f"page is {page_path.stat().st_size} bytes, more than 2 MB")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for scheme in ("light", "dark"):
            for width in (1200, 320):
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
                            page.screenshot(path=screenshots / f"{page_path.stem}-{scheme}-{width}.png", full_page=width > 320)
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
                    text = page.inner_text("body").replace("\u2212", "-")
                    shown = [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?(?=\s*%)", text)]
                    for system, name, value in numbers:
                        if not any(abs(value - n) <= 0.5 + 1e-9 for n in shown):
                            problems.append(f"{where}: {system} {name} {value:.2f} % is not on the page")
                    context.close()
        browser.close()
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="+", type=pathlib.Path, help="a report's folder, or HTML pages")
    parser.add_argument("--screenshots", type=pathlib.Path)
    arguments = parser.parse_args()
    if arguments.screenshots:
        arguments.screenshots.mkdir(parents=True, exist_ok=True)
    failed = False
    for path in arguments.pages:
        page = path / "report.html" if path.is_dir() else path
        problems = sorted(set(check(page, arguments.screenshots)))
        print(f"{page}: {'ok' if not problems else f'{len(problems)} problems'}")
        for problem in problems[:60]:
            print("  " + problem)
        failed = failed or bool(problems)
    sys.exit(1 if failed else 0)


main()
