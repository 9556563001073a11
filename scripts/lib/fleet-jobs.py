#!/usr/bin/env python3
"""Writes the answers and files that machines share, for the part `fleet` of scripts/bench.

Usage: fleet-jobs.py DIRECTORY ORIGIN: `twenty` has a text and 20 images, `parted` eight images of 64 MiB, `huge` an image of 512 MiB,
`once` a result of 512 MB behind a link, and `begins-N` a text and a large image each.
"""

import json
import os
import random
import sys
import time

directory, origin = sys.argv[1:]
chance = random.Random(1)
now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
MEBIBYTE = 1 << 20


def write_job(job, result):
    answer = {"job_id": job, "status": "completed", "created_at": now, "updated_at": now, "result": result}
    with open(os.path.join(directory, "job", job), "w") as file:
        json.dump(answer, file)


def write_images(job, sizes, text):
    images = os.path.join(directory, "results", job, "images")
    os.makedirs(images, exist_ok=True)
    names = [f"image_{number + 1:04}.png" for number in range(len(sizes))]
    for name, size in zip(names, sizes):
        with open(os.path.join(images, name), "wb") as file:
            for start in range(0, size, MEBIBYTE):
                file.write(chance.randbytes(min(MEBIBYTE, size - start)))
    boxes = [{"id": name, "page_number": 1, "image_url": f"{origin}/results/{job}/images/{name}"} for name in names]
    write_job(job, {"markdown": text, "page_count": 1, "bounding_boxes": {"Images": boxes}})


line = "Quantity 12, unit price 31.00, carried forward to the next page.\n"
write_images("twenty", [20_000 + 11_000 * number for number in range(20)], "# Twenty\n" + line * 300)
write_images("parted", [64 * MEBIBYTE] * 8, "# Parted\n")
write_images("huge", [512 * MEBIBYTE], "# Huge\n")
for number in range(24):
    write_images(f"begins-{number}", [8 * MEBIBYTE], f"# Begins {number}\n")
os.makedirs(os.path.join(directory, "large_results"), exist_ok=True)
with open(os.path.join(directory, "large_results", "once"), "w") as file:
    # As JSON has it, so that the text has 512 MiB.
    file.write('{"markdown":"')
    for _ in range(512):
        text = line * (MEBIBYTE // len(line) + 1)
        file.write(text[: MEBIBYTE - 1].replace("\n", "\\n") + "\\n")
    file.write('","page_count":1}')
write_job("once", {"is_url": True, "url": f"{origin}/large_results/once", "message": "The result is large."})
