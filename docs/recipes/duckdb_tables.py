#!/usr/bin/env python3
"""Counts the rows of the tables of all known jobs with one query. Usage: duckdb_tables.py ~/pulse"""
import sys
import duckdb

query = """
    SELECT filename, count(*) AS rows
    FROM read_csv($files, header = false, all_varchar = true, filename = true, union_by_name = true, null_padding = true)
    GROUP BY filename ORDER BY filename
"""
for filename, rows in duckdb.execute(query, {"files": f"{sys.argv[1]}/jobs/*/tables/*.csv"}).fetchall():
    print(filename, rows, sep="\t")
