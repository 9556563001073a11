#!/usr/bin/env python3
"""Writes what the API serves of jobs into files, by its answers alone: what a mount has to show.

    programs-served.py API DIRECTORY JOB…
"""

import base64
import json
import os
import pathlib
import sys
import urllib.parse
import urllib.request

API, DIRECTORY = sys.argv[1], pathlib.Path(sys.argv[2])


def get(path):
    request = urllib.request.Request(API + path, headers={"x-api-key": os.environ["PULSE_API_KEY"]})
    with urllib.request.urlopen(request) as answer:
        return answer.read()


def members(text):
    """Each member of an object as it is written."""
    decoder, found = json.JSONDecoder(), {}
    space = " \t\r\n"
    at = len(text) - len(text.lstrip(space)) + 1
    while True:
        while text[at] in space + ",":
            at += 1
        if text[at] == "}":
            return found
        name, at = decoder.raw_decode(text, at)
        while text[at] in space + ":":
            at += 1
        _, end = decoder.raw_decode(text, at)
        found[name], at = text[at:end], end


def write(job):
    place = DIRECTORY / job
    place.mkdir(parents=True)
    answer = members(get(f"/job/{job}").decode())
    if json.loads(answer["status"]) != "completed":
        return
    (place / "result.json").write_bytes(answer["result"].encode())
    result = json.loads(answer["result"])
    if "markdown" in result:
        (place / "result.md").write_bytes(result["markdown"].encode())
    extensions = result.get("extensions", {})
    html = (extensions.get("altOutputs") or extensions.get("alt_outputs") or {}).get("html")
    if html:
        (place / "result.html").write_bytes(html.encode())
    if "pdf_url" in result:
        (place / "form.pdf").write_bytes(get(urllib.parse.urlsplit(result["pdf_url"]).path))
    for image in result.get("bounding_boxes", {}).get("Images", []):
        url = image.get("image_url", "")
        (place / "images").mkdir(exist_ok=True)
        if url.startswith("data:image/png;base64,"):
            (place / "images" / (image["id"] + ".png")).write_bytes(base64.b64decode(url.partition(",")[2]))
        elif url:
            path = urllib.parse.urlsplit(url).path
            (place / "images" / urllib.parse.unquote(path.rpartition("/")[2])).write_bytes(get(path))


for job in sys.argv[3:]:
    write(job)
