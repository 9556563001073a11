#!/usr/bin/env python3
"""Takes the pictures of docs/images with headless Chromium.

    screenshots.py MOUNT SESSION.html DIRECTORY
"""

import pathlib
import sys

from playwright.sync_api import sync_playwright

mount, session, target = (pathlib.Path(word) for word in sys.argv[1:])
document = (mount / "jobs/annual-report-fy2024/index.html").as_uri()
jobs = (mount / "jobs/index.html").as_uri()

with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])

    def take(name, address, width, height, whole=False, **media):
        page = browser.new_page(viewport={"width": width, "height": height})
        page.emulate_media(**media)
        page.goto(address, wait_until="load")
        page.evaluate("""() => {
            for (const image of document.images) image.loading = "eager";
            return Promise.all([...document.images].map(image => image.decode()));
        }""")
        page.screenshot(path=target / f"{name}.png", full_page=whole)
        page.close()

    take("page-light", document, 1000, 1250, color_scheme="light")
    take("page-dark", document, 1000, 1250, color_scheme="dark")
    # A sheet of A4 at 96 dots an inch.
    take("page-print", document, 794, 1123, color_scheme="light", media="print")
    take("jobs", jobs, 1000, 800, color_scheme="light")
    take("terminal", session.as_uri(), 1000, 100, whole=True)
    browser.close()
