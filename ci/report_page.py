#!/usr/bin/env python3
"""The HTML report in a real browser: what a reader does with it, in light, dark and on a narrow screen.

    ci/report_page.py HYPER4 [PICTURES]

makes a report of a persona that computes wrongly beside one that doesn't, opens it in headless Chromium, and checks links,
filter, keys, expanding and the console; then a report of 1 000 subjects for its size and how long it takes to open. With a
folder PICTURES the pages are kept as pictures, to be looked at. Needs Chromium, and Python with venv.
"""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import venv

BROWSERS = ["chromium", "chromium-browser", "google-chrome"]


def hyper4(binary, *arguments, statuses=(0, 1)):
    done = subprocess.run([binary, *arguments], capture_output=True, text=True)
    assert done.returncode in statuses, (arguments, done.returncode, done.stderr)
    return done.stdout


def reports(binary, folder):
    """Folders of a report with regressions, and of one with 1 000 subjects."""
    persona = hyper4(binary, "persona", "generate", "-q")
    bent = persona.replace("((meta.state & add_mask) + addend)", "((meta.state & (add_mask - 1)) + addend)", 1)
    assert bent != persona, "the persona adds otherwise now: bend something else"
    (folder / "bent.p4").write_text(bent)
    verify = ["verify", "-q", "--packets", "500", "p4programs/l2_switch", "p4programs/ipv4_router", "--out"]
    hyper4(binary, *verify, folder / "good")
    hyper4(binary, *verify, folder / "bad", "--persona", folder / "bent.p4")
    small, large = folder / "small", folder / "large"
    hyper4(binary, "report", folder / "bad", "--baseline", folder / "good", "--out", small, "-q", statuses=(1,))
    document = json.loads((folder / "bad/verify.json").read_text())
    subjects = document["subjects"]
    document["subjects"] = [
        dict(subjects[1] if i % 20 == 0 else subjects[0], name=f"subject_{i}") for i in range(1000)
    ]
    (folder / "many").mkdir()
    (folder / "many/verify.json").write_text(json.dumps(document))
    hyper4(binary, "report", folder / "many", "--out", large, "-q", statuses=(1,))
    return small, large


def look(browser, address, scheme, width, picture):
    page = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 1100})
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: said.append(request.url) if not request.url.startswith("file:") else None)
    page.goto(address)
    if picture:
        page.screenshot(path=picture, full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width, "it is wider than the window"
    return page, said


def use(page):
    """As a reader does."""
    links = page.eval_on_selector_all("a", "all => all.map(a => a.getAttribute('href'))")
    assert links and all(page.query_selector(link) for link in links), links
    results = len(page.query_selector_all("details.result"))
    page.keyboard.press("/")
    page.keyboard.type("router")
    assert page.inner_text("#shown") == f"1 of {results} shown"
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    assert "ipv4_router" in page.evaluate("document.activeElement.textContent")
    page.fill("#text", "")
    page.uncheck("input[value=passed]")
    assert page.eval_on_selector_all("details.result:not([hidden])", "all => all.every(r => r.dataset.status === 'failed')")
    page.check("input[value=passed]")
    page.click("#expand")
    assert len(page.query_selector_all("details.result[open]")) == results
    assert page.query_selector("span.differs") and page.query_selector("table.trace"), "bytes and traces are shown"
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.click("#theme")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != before
    return results


def main():
    binary = str(pathlib.Path(sys.argv[1]).resolve())
    pictures = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else None
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        print("skipped: no Chromium")
        return
    if pictures:
        pictures.mkdir(parents=True, exist_ok=True)
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as name, sync_playwright() as driver:
        small, large = reports(binary, pathlib.Path(name))
        browser = driver.chromium.launch(executable_path=found, args=["--no-sandbox"])
        for scheme, width in [("light", 1300), ("dark", 1300), ("light", 420)]:
            picture = pictures / f"{scheme}-{width}.png" if pictures else None
            page, said = look(browser, f"file://{small}/report.html", scheme, width, picture)
            results = use(page)
            assert not said, said
            print(f"{scheme}, {width} wide: {results} results, nothing on the console, nothing asked of a network")
        size = (large / "report.html").stat().st_size
        begun = time.monotonic()
        _, said = look(browser, f"file://{large}/report.html", "light", 1300, None)
        print(f"1 000 subjects: {size / 1e6:.1f} MB, opened in {time.monotonic() - begun:.1f} s")
        assert not said and size < 5_000_000


def in_environment():
    """Again with Playwright, which drives the browser, in an environment of its own."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = pathlib.Path(folder) / "bin/python"
        subprocess.run([python, "-m", "pip", "install", "-q", "playwright"], check=True)
        return subprocess.run([python, *sys.argv]).returncode


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    try:
        import playwright  # noqa: F401
    except ImportError:
        sys.exit(in_environment())
    main()
