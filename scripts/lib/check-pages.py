#!/usr/bin/env python3
"""Opens the pages of a mount in headless Chromium and says what is wrong with them.

    check-pages.py MOUNT JOBS.json [JOB…]

JOBS.json is what the emulator says of its jobs. Prints a line for each page; the status is 1 if anything is wrong.
"""

import json
import os
import pathlib
import sys
import time
import urllib.parse

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import TimeoutError, sync_playwright

MOUNT = pathlib.Path(sys.argv[1])
# Those of this key's organisation.
KNOWN = [job for job in json.load(open(sys.argv[2]))["jobs"] if os.access(MOUNT / "jobs" / job, os.R_OK)]
JOBS = sys.argv[3:] or KNOWN
# Images that a result lists and that cannot be shown, as the API has no such file or its bytes are no picture: their
# descriptions stand in their places.
UNSHOWN = {
    "image-names-collection": {
        "hostile-3.png", "logo.png", "Umsatz & Gewinn (2024) größer 100 %.png", "図表 1.png",
        "a+b=c;d,e'f.png", "named-4.png",
    },
    # Two that the API has not, one of another kind, and one that is empty; the cut one shows what it has.
    "broken-images": {"photo-03-lost.png", "photo-04-text.png", "photo-06-empty.png", "photo-09.png"},
    # Of a host that there is not, and what is a page by its bytes.
    "hostile-markup": {"image.png", "page.bin"},
}
# A page of a job that is running looks again by itself: without a script, no other way is known to browsers.
EXPECTED_FINDINGS = {"meta-refresh"}

LOOK = """async () => {
    for (const image of document.images) image.loading = "eager";
    await Promise.all([...document.images].map(image => image.decode().catch(() => null)));
    const style = getComputedStyle(document.body);
    return {
        images: document.images.length,
        unshown: [...document.images].filter(image => !image.naturalWidth).map(image => image.getAttribute("src")),
        unnamed: [...document.images].filter(image => !image.hasAttribute("alt")).length,
        scripts: document.scripts.length,
        handlers: [...document.querySelectorAll("*")].filter(
            one => [...one.attributes].some(attribute => attribute.name.startsWith("on"))).length,
        ran: Object.keys(window).filter(name => name.toLowerCase().includes("hostile")),
        links: [...document.links].map(link => link.getAttribute("href")),
        elements: document.getElementsByTagName("*").length,
        wide: document.documentElement.scrollWidth <= document.documentElement.clientWidth ? null :
            [...document.querySelectorAll("body *")].filter(
                one => one.getBoundingClientRect().right > document.documentElement.clientWidth
            ).map(one => one.outerHTML.slice(0, 100))[0],
        background: style.backgroundColor,
    };
}"""


def look(browser, path):
    """Everything that is wrong with a page."""
    begin = time.monotonic()
    page = browser.new_page(viewport={"width": 1000, "height": 1000})
    asked, said, wrong = [], [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: (said.append("a dialog: " + dialog.message), dialog.dismiss()))
    page.on("popup", lambda popup: said.append("a window: " + popup.url))
    address = path.as_uri()
    page.goto(address, wait_until="load")
    title = page.title()
    seen = page.evaluate(LOOK)

    here = urllib.parse.urljoin(address, ".")
    away = sorted({url for url in asked if not url.startswith(here)})
    if away:
        wrong.append(f"asks for {away}")
    job = path.parent.name
    unshown = {urllib.parse.unquote(source).removeprefix("images/") for source in seen["unshown"]}
    if unshown != UNSHOWN.get(job, set()):
        wrong.append(f"images that do not load: {unshown}, and {UNSHOWN.get(job, set())} were expected")
    # A browser tells of a file that it cannot read. Nothing else is to be said.
    said = [text for text in said if not (job in UNSHOWN and text.startswith("Failed to load resource"))]
    if said:
        wrong.append(f"the console has {said}")
    for name in ("scripts", "handlers", "unnamed"):
        if seen[name]:
            wrong.append(f"{seen[name]} {name}")
    if seen["ran"]:
        wrong.append(f"a script ran: {seen['ran']}")
    if seen["wide"]:
        wrong.append(f"wider than the window: {seen['wide']}")
    schemes = {urllib.parse.urlsplit(link).scheme for link in seen["links"]}
    if schemes - {"", "http", "https", "mailto", "tel"}:
        wrong.append(f"links with {schemes}")

    # The keyboard: the first thing that it comes to leads past the header.
    page.keyboard.press("Tab")
    if page.evaluate("document.activeElement.getAttribute('href')") != "#content":
        wrong.append("the first thing that Tab comes to does not lead to the content")
    page.keyboard.press("Enter")
    try:
        page.wait_for_url("**#content", timeout=5000)
    except TimeoutError:
        wrong.append("Enter does not lead to the content")

    # The colours of a page of hundreds of sheets are those of all others, and take minutes to look at.
    if seen["elements"] > 10_000:
        runs = [("light", {"rules": {"color-contrast": {"enabled": False}}})]
    else:
        runs = [("light", {}), ("dark", {"runOnly": ["color-contrast"]})]
    for scheme, rules in runs:
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page, options={"resultTypes": ["violations"], **rules}).response["violations"]
        for violation in found:
            if violation["impact"] in ("serious", "critical") and violation["id"] not in EXPECTED_FINDINGS:
                places = [node["html"][:200] for node in violation["nodes"][:3]]
                wrong.append(f"axe, {scheme}: {violation['id']} ({violation['impact']}): {places}")
    page.emulate_media(color_scheme="dark")
    if page.evaluate("getComputedStyle(document.body).backgroundColor") == seen["background"]:
        wrong.append("dark is as light")
    page.emulate_media(color_scheme="dark", media="print")
    if page.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)":
        wrong.append("paper is not white")
    if page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--fg')") != "#000":
        wrong.append("paper has the colours of the dark")
    if page.evaluate("[...document.querySelectorAll('nav, .skip')].some(one => one.offsetHeight > 0)"):
        wrong.append("paper has what is for screens")
    page.close()
    print(f"{'FAIL' if wrong else 'ok  '}  {path.relative_to(MOUNT)}: “{title[:60]}”, {seen['images']} images, "
          f"{len(asked)} files, {time.monotonic() - begin:.1f} s")
    for text in wrong:
        print(f"      {text}")
    return wrong


def main():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        wrong = [fault for job in JOBS for fault in look(browser, MOUNT / "jobs" / job / "index.html")]
        wrong += look(browser, MOUNT / "jobs/index.html")
        browser.close()
    if len(KNOWN) < 10:
        wrong.append("the emulator has told of few jobs")
    print(f"{len(JOBS) + 1} pages, {len(wrong)} faults")
    return 1 if wrong else 0


sys.exit(main())
