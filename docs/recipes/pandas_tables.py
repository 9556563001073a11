#!/usr/bin/env python3
"""Reads every table of a job into pandas, with its title and its page. Usage: pandas_tables.py ~/pulse/jobs/JOB"""
import json, pathlib, sys
import pandas

job = pathlib.Path(sys.argv[1])
for line in (job / "tables/index.jsonl").read_text().splitlines():
    table = json.loads(line)
    # A table without rows and columns of its own is there as HTML only.
    file = next((name for name in table["files"] if name.endswith(".csv")), None)
    if file is None:
        continue
    frame = pandas.read_csv(job / file, header=None, dtype=str, keep_default_na=False)
    print(file, f"{len(frame)} rows", f"{len(frame.columns)} columns", table.get("title") or "", sep="\t")
