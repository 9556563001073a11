#!/usr/bin/env python3
"""Works with the API's official client in 16 threads, and prints the microseconds it took after the imports.

bench-client.py ORIGIN copy JOB DIRECTORY       every image of a job into a directory
bench-client.py ORIGIN grep WORD PREFIX COUNT   how many of the jobs PREFIX0, PREFIX1 … have the word in their text
"""
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from pulse import Pulse

origin, work, *rest = sys.argv[1:]
start = time.perf_counter()
client = Pulse(api_key=os.environ["PULSE_API_KEY"], base_url=origin)
pool = ThreadPoolExecutor(16)


def save(job, directory, name):
    with open(os.path.join(directory, name), "wb") as file:
        for part in client.results.get_image(job_id=job, filename=name):
            file.write(part)


def copy(job, directory):
    os.makedirs(directory, exist_ok=True)
    images = client.jobs.get_job(job_id=job).result["bounding_boxes"]["Images"]
    names = [image["image_url"].rsplit("/", 1)[1] for image in images]
    list(pool.map(lambda name: save(job, directory, name), names))


def grep(word, prefix, count):
    jobs = [f"{prefix}{number}" for number in range(int(count))]
    found = sum(pool.map(lambda job: word in client.jobs.get_job(job_id=job).result["markdown"], jobs))
    if not found:
        sys.exit("the word was found nowhere")


{"copy": copy, "grep": grep}[work](*rest)
print(round((time.perf_counter() - start) * 1e6))
