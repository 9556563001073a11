#!/usr/bin/env python3
"""Writes an answer about a job of 5 MB, as a report of some hundred pages has it: prose, its paragraphs, and a box for each word.

Usage: long-answer.py RESULT JOB [JOB...]: writes the result to RESULT and the answer with it to each JOB, whose name is its id.
"""
import json
import os
import random
import sys

LENGTH = 5_000_000
chance = random.Random(5)
syllables = [a + b for a in "b c d f g h l m n p r s t v st tr pl".split() for b in "a e i o u an er in or".split()]
words = ["".join(chance.choice(syllables) for _ in range(chance.choice((1, 2, 2, 3, 4)))) for _ in range(8000)]
# Words are as frequent as in a language: the n-th takes a part of 1/n.
weights = [1 / n for n in range(1, len(words) + 1)]

texts, boxes, length = [], [], 0
page, line, left = 1, 0, 0.1
while length < LENGTH:
    chosen = chance.choices(words, weights, k=chance.randint(20, 90))
    text = " ".join(chosen).capitalize() + "."
    top = 0.08 + 0.02 * line
    for word in text.split():
        width = 0.011 * len(word)
        if left + width > 0.9:
            left, line = 0.1, line + 1
        if line > 41:
            page, line = page + 1, 0
        y = 0.08 + 0.02 * line
        boxes.append({
            "id": f"wrd-{len(boxes) + 1}", "content": word, "page_number": page, "confidence": chance.randint(970, 999) / 1000,
            "bounding_box": [round(left, 4), round(y, 4), round(left + width, 4), round(y + 0.016, 4)]})
        left += width + 0.008
    texts.append({
        "id": f"txt-{len(texts) + 1}", "content": text, "page_number": page, "bounding_box": [0.1, round(top, 4), 0.9, round(y + 0.016, 4)]})
    left, line = 0.1, line + 2
    length += 2 * len(text) + 118 * len(chosen)
result = json.dumps({
    "markdown": "\n\n".join(text["content"] for text in texts), "page_count": page,
    "bounding_boxes": {"Text": texts, "Words": boxes}}, separators=(",", ":"))

with open(sys.argv[1], "w", encoding="utf-8") as file:
    file.write(result)
for path in sys.argv[2:]:
    head = json.dumps({
        "job_id": os.path.basename(path), "status": "completed", "created_at": "2024-01-22T08:00:00Z",
        "updated_at": "2024-01-22T08:01:00Z"})
    with open(path, "w", encoding="utf-8") as file:
        file.write(f'{head[:-1]}, "result": {result}}}')
