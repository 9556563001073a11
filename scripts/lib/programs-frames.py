#!/usr/bin/env python3
"""Reads a mount's jobs with DuckDB and pandas.

    programs-frames.py duckdb-blobs JOBS            prints all files with their digests, as sha256sum does
    programs-frames.py duckdb-json|pandas JOBS SERVED   compares what they read with what is served
"""

import json
import pathlib
import sys

what, jobs = sys.argv[1], pathlib.Path(sys.argv[2])
completed = sorted(path.parent.name for path in jobs.glob("*/result.json"))


def served(job, name):
    return (pathlib.Path(sys.argv[3]) / job / name).read_bytes()


def equal(found, expected):
    assert found == expected, f"{str(found)[:300]} instead of {str(expected)[:300]}"


if what == "duckdb-blobs":
    import duckdb

    files = [str(path) for path in jobs.rglob("*") if path.is_file()]
    for name, digest in duckdb.execute("SELECT filename, sha256(content) FROM read_blob(?)", [files]).fetchall():
        print(f"{digest}  ./{pathlib.Path(name).relative_to(jobs)}")
elif what == "duckdb-json":
    import duckdb

    rows = duckdb.execute(
        "SELECT job_id, status FROM read_json(?) ORDER BY job_id",
        [[str(jobs / job / "status.json") for job in completed]]).fetchall()
    equal(rows, [(job, "completed") for job in completed])
    papers = [job for job in completed if (jobs / job / "result.md").exists()]
    for job in papers:
        text, = duckdb.execute("SELECT markdown FROM read_json(?)", [str(jobs / job / "result.json")]).fetchone()
        equal(text, json.loads(served(job, "result.json"))["markdown"])
        text, = duckdb.execute("SELECT content FROM read_text(?)", [str(jobs / job / "result.md")]).fetchone()
        equal(text.encode(), served(job, "result.md"))
    assert len(papers) >= 4
elif what == "pandas":
    import pandas

    for job in completed:
        frame = pandas.read_json(jobs / job / "status.json", typ="series", convert_dates=False)
        equal((frame["job_id"], frame["status"]), (job, "completed"))
        result = pandas.read_json(jobs / job / "result.json", typ="series", convert_dates=False)
        expected = json.loads(served(job, "result.json"))
        equal(list(result.index), list(expected))
        for name, value in expected.items():
            if isinstance(value, str):
                equal(result[name], value)
    assert len(completed) >= 4
else:
    sys.exit(__doc__)
