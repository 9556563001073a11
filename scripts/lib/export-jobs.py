#!/usr/bin/env python3
"""Writes answers about jobs with text, tables and images, and the images, for the part `export` of scripts/bench.

Usage: export-jobs.py DIRECTORY ORIGIN COUNT: writes DIRECTORY/job/export-N and DIRECTORY/results/export-N, and prints the ids.
"""
import json
import os
import random
import sys

directory, origin, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
chance = random.Random(1)
IMAGES = [chance.randbytes(20_000 + 8_000 * number) for number in range(4)]

for number in range(count):
    job = f"export-{number}"
    images = os.path.join(directory, "results", job, "images")
    os.makedirs(images, exist_ok=True)
    for place, content in enumerate(IMAGES):
        with open(os.path.join(images, f"image_{place}.png"), "wb") as file:
            file.write(content)
    text = "".join(f"## Section {n}\n\nParagraph {n} of job {number}.\n\n" for n in range(60))
    answer = {
        "job_id": job,
        "status": "completed",
        "created_at": "2024-01-22T08:00:52Z",
        "updated_at": "2024-01-22T08:01:01Z",
        "result": {
            "markdown": f"# Job {number}\n\n{text}",
            "page_count": 1,
            "bounding_boxes": {
                "Images": [
                    {"id": f"i-{n}", "page_number": 1, "image_url": f"{origin}/results/{job}/images/image_{n}.png"}
                    for n in range(len(IMAGES))
                ]
            },
        },
    }
    with open(os.path.join(directory, "job", job), "w") as file:
        json.dump(answer, file)
    print(job)
