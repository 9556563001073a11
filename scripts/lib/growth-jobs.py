#!/usr/bin/env python3
"""Writes answers about jobs whose length is a parameter, for the part `growth` of scripts/bench.

Usage: growth-jobs.py DIRECTORY ORIGIN KIND COUNT: writes DIRECTORY/KIND-COUNT.
"""
import base64
import json
import os
import sys

directory, origin, kind, count = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
job = f"{kind}-{count}"
PIXEL = "data:image/gif;base64," + base64.b64encode(b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;").decode()

images, tables, texts, markdown = [], [], [], "# Document\n"
if kind == "images":
    images = [{"id": f"i-{n}", "image_url": f"{origin}/results/{job}/images/image_{n}.png"} for n in range(count)]
elif kind == "same-name":
    images = [{"id": f"i-{n}", "image_url": f"{origin}/results/{job}/images/image.png?n={n}"} for n in range(count)]
elif kind == "no-name":
    images = [{"id": "i", "image_url": f"{origin}/results/{job}/images/%00?n={n}"} for n in range(count)]
elif kind == "data":
    images = [{"id": f"i-{n}", "image_url": PIXEL} for n in range(count)]
elif kind == "boxes":
    texts = [{"id": f"t-{n}", "text": "word " * 20, "page_number": n % 300, "bounding_box": [0, 0, 1, 1]} for n in range(count)]
    tables = [{"id": f"b-{n}", "cells": [[str(n)] * 4] * 4} for n in range(count // 4)]
elif kind == "lines":
    markdown = "".join(f"Line {n} of a *paragraph* with [a link](https://example.com/{n}).\n\n" for n in range(count))
elif kind == "rows":
    markdown = "| a | b |\n|---|---|\n" + "".join(f"| {n} | {n * 3} |\n" for n in range(count))
elif kind == "html-rows":
    markdown = "<table>" + "".join(f"<tr><td>{n}</td><td>{n * 3}</td></tr>" for n in range(count)) + "</table>\n"
elif kind == "headings":
    markdown = "".join(f"## Section\n\nText {n}\n\n" for n in range(count))
elif kind == "figures":
    images = [{"id": f"i-{n}", "image_url": f"{origin}/results/{job}/images/image_{n}.png"} for n in range(count)]
    markdown = "".join(f"![Figure {n}]({origin}/results/{job}/images/image_{n}.png)\n\n" for n in range(count))
elif kind == "open-tags":
    markdown = "<a b='" * count
elif kind == "nested":
    markdown = "> " * min(count, 2000) + "deep\n\n" + "- x\n" * count
elif kind == "entities":
    markdown = "&#65;&lt;&nosuch; " * count
else:
    sys.exit(f"no kind is called {kind}")

answer = {
    "job_id": job, "status": "completed", "created_at": "2024-01-22T08:00:00Z", "updated_at": "2024-01-22T08:01:00Z",
    "result": {"markdown": markdown, "page_count": 300, "bounding_boxes": {"Images": images, "Tables": tables, "Text": texts}},
}
path = os.path.join(directory, job)
with open(path + ".part", "w", encoding="utf-8") as file:
    json.dump(answer, file)
os.rename(path + ".part", path)
