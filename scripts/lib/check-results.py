#!/usr/bin/env python3
"""Reads the parts of every job on a mount with programs, and compares what they read with what the API sent.

Usage: check-results.py URL KEY DIRECTORY-OF-JOBS

What a table should be is worked out here from the answer alone, with Python's own HTML parser.
"""

import csv
import glob
import html.parser
import json
import math
import os
import subprocess
import sys
import urllib.error
import urllib.request

import duckdb
import pandas


# Its markup is broken on purpose: what its tables are is anyone's guess.
HOSTILE = "hostile-markup"


class Tables(html.parser.HTMLParser):
    """The tables of a text: a cell that spans others stands in the first of them."""

    def __init__(self, text):
        super().__init__()
        self.tables, self.depth, self.cell = [], 0, None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "table":
            self.depth += 1
            if self.depth == 1:
                self.tables.append({})
                self.row, self.taken = -1, set()
        elif self.depth == 1 and tag == "tr":
            self.row, self.column = self.row + 1, 0
        elif self.depth == 1 and tag in ("td", "th"):
            while (self.row, self.column) in self.taken:
                self.column += 1
            rows, columns = int(attributes.get("rowspan", 1)), int(attributes.get("colspan", 1))
            self.taken.update(
                (self.row + down, self.column + right) for down in range(rows) for right in range(columns))
            self.cell = ((self.row, self.column), [])
            self.width = columns
        elif tag == "br" and self.cell:
            self.cell[1].append("\n")

    def handle_endtag(self, tag):
        if tag == "table":
            self.depth -= 1
        elif self.depth == 1 and tag in ("td", "th") and self.cell:
            text = "".join(self.cell[1])
            self.tables[-1][self.cell[0]] = "\n".join(
                " ".join(part for part in line.replace("\t", " ").split(" ") if part) for line in text.split("\n"))
            self.tables[-1].update({place: "" for place in self.taken - set(self.tables[-1])})
            self.column, self.cell = self.column + self.width, None

    def handle_data(self, data):
        if self.cell:
            self.cell[1].append(data)


def rows(cells):
    """Cells by their places as rows, counted from the first row and column."""
    top, left = min(row for row, _ in cells), min(column for _, column in cells)
    bottom, right = max(row for row, _ in cells), max(column for _, column in cells)
    return [[cells.get((row, column), "") for column in range(left, right + 1)] for row in range(top, bottom + 1)]


def scalar(value):
    if value is None or isinstance(value, float) and not math.isfinite(value):
        return ""
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


def listed(cells):
    """`cell_data` as rows."""
    found = {}
    for cell in cells:
        place = cell.get("position") or cell.get("location", {}).get("coordinates") or cell
        text = cell.get("original_content") or cell.get("text") or cell.get("content") or ""
        found[place["row"], place["column"]] = text.removeprefix("0t-")
    return rows(found)


def content(value):
    """`table_content` as rows."""
    if isinstance(value, str):
        return rows(Tables(value).tables[0])
    headers = value["headers"]
    return [headers] + [
        [scalar(row[name]) for name in headers] if isinstance(row, dict) else [scalar(cell) for cell in row]
        for row in value["rows"]]


def expected(result):
    """The tables of a result."""
    steps = result.get("results") or {}
    extract = steps.get("extract") or result
    boxes = extract.get("bounding_boxes") or {}
    tables = boxes.get("Tables", []) if isinstance(boxes, dict) else [box for box in boxes if box["type"] == "Table"]
    if tables:
        return [listed(table["cell_data"]) for table in tables]
    if "tables_output" in result:
        return [content(table["table_content"]) for table in result["tables_output"]["tables"]]
    return [rows(table) for table in Tables(extract.get("markdown") or extract.get("html") or "").tables if table]


def read_csv(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.reader(file, strict=True))


def read_pandas(path):
    frame = pandas.read_csv(
        path, header=None, dtype=str, keep_default_na=False, skip_blank_lines=False, encoding="utf-8")
    return frame.to_numpy().tolist()


def read_duckdb(path):
    relation = duckdb.sql(
        f"select * from read_csv('{path}', header=false, all_varchar=true, delim=',', quote='\"', escape='\"')")
    return [["" if cell is None else cell for cell in row] for row in relation.fetchall()]


class Check:
    def __init__(self, jobs):
        self.jobs, self.passed, self.failed = jobs, 0, 0

    def say(self, name, body):
        try:
            result = body()
            self.passed += 1
            print(f"{name:<72} ok{', ' + result if result else ''}")
        except Exception as error:  # noqa: BLE001
            self.failed += 1
            print(f"{name:<72} FAILED: {type(error).__name__}: {str(error)[:500]}")

    def tables(self, job, result):
        wanted = expected(result)
        paths = sorted(glob.glob(f"{self.jobs}/{job}/tables/*.csv"))
        if not wanted and not paths:
            return
        for name, read in (("csv", read_csv), ("pandas", read_pandas), ("duckdb", read_duckdb)):
            def body(read=read):
                assert len(paths) == len(wanted), f"{len(paths)} files, {len(wanted)} tables"
                for path, table in zip(paths, wanted, strict=True):
                    seen = read(path)
                    if seen != table:
                        assert len(seen) == len(table), f"{path}: {len(seen)} rows, not {len(table)}"
                        raise AssertionError(next(
                            f"{path}: {one} is not {other}" for one, other in zip(seen, table, strict=True) if one != other))
                return f"{len(paths)} tables, {sum(len(row) for table in wanted for row in table)} cells"
            self.say(f"{job}: tables, {name}", body)

    def chunks(self, job):
        paths = sorted(glob.glob(f"{self.jobs}/{job}/chunks/*.jsonl"))
        if not paths:
            return

        def body():
            filter_ = 'length > 0 and all(.[]; .content | type == "string")'
            for path in paths:
                subprocess.run(["jq", "-e", "-s", filter_, path], check=True, capture_output=True, timeout=60)
            return f"{len(paths)} files"
        self.say(f"{job}: chunks, jq", body)

    def pages(self, job, result):
        extract = (result.get("results") or {}).get("extract") or result
        chunks = ((extract.get("extensions") or {}).get("chunking") or extract.get("chunks") or {})
        directory = f"{self.jobs}/{job}/pages"
        if not os.path.isdir(directory):
            return

        def body():
            texts = [chunk if isinstance(chunk, str) else chunk["content"] for chunk in chunks["page"]]
            assert sorted(os.listdir(directory)) == [f"{number:04}.md" for number in range(1, len(texts) + 1)]
            for number in {0, len(texts) // 2, len(texts) - 1}:
                line = max(texts[number].split("\n"), key=lambda line: len(line[:200]))[:200]
                found = subprocess.run(
                    ["rg", "-l", "-F", "--", line, directory], check=True, capture_output=True, text=True, timeout=60)
                wanted = {f"{directory}/{place + 1:04}.md" for place, text in enumerate(texts) if line in text}
                assert set(found.stdout.split("\n")) - {""} == wanted, line
            return f"{len(texts)} pages"
        self.say(f"{job}: pages, rg", body)


class Bounded:
    """Reads files as a program does whose reading tool takes so many bytes at a time, and counts them."""

    LIMIT = 64 << 10

    def __init__(self, directory):
        self.directory, self.bytes, self.reads = directory, 0, 0

    def read(self, path, offset=0, count=LIMIT):
        assert count <= self.LIMIT
        with open(f"{self.directory}/{path}", "rb") as file:
            file.seek(offset)
            data = file.read(count)
        self.bytes, self.reads = self.bytes + len(data), self.reads + 1
        return data

    def whole(self, path):
        size = os.path.getsize(f"{self.directory}/{path}")
        assert size <= self.LIMIT, f"{path} has {size} bytes"
        return self.read(path).decode()

    def search(self, *command):
        """Of a search only what it prints is read."""
        found = subprocess.run(command, cwd=self.directory, check=True, capture_output=True, text=True, timeout=60)
        assert len(found.stdout) <= self.LIMIT
        self.bytes, self.reads = self.bytes + len(found.stdout.encode()), self.reads + 1
        return found.stdout

    def until(self, path, sign):
        """From the start, piece by piece, up to the piece that has the sign."""
        offset, rest = 0, b""
        while True:
            data = self.read(path, offset)
            assert data, f"{sign} is not in {path}"
            if sign.encode() in rest + data:
                return
            offset, rest = offset + len(data), data[-len(sign):]


def question(jobs, job="annual-survey-300-pages"):
    """How the terraced houses of a district are owned: asked of the parts, and of each of the two large files alone."""
    district = "Great Heath"
    parts = Bounded(f"{jobs}/{job}")
    contents = parts.whole("contents.md")
    assert "pages/0001.md" in contents and "tables/" in contents and "result.md" in contents
    pages = parts.search("rg", "-l", "-F", f"Housing in {district}", "pages").split()
    assert len(pages) == 1, pages
    text = parts.whole(pages[0])
    entry = json.loads(parts.search("rg", "-F", f'"Housing in {district}"', "tables/index.jsonl"))
    assert f"pages/{entry['page']:04}.md" == pages[0], (entry, pages)
    table = list(csv.reader(parts.whole(next(name for name in entry["files"] if name.endswith(".csv"))).splitlines()))
    row = next(row for row in table if row[0] == "Terraced house")
    assert f"<tr><td>{row[0]}</td><td>{row[1]}</td>" in text

    # Without parts: the text up to the place, and the table in it; by the JSON, up to the table's title.
    markdown, document = Bounded(parts.directory), Bounded(parts.directory)
    markdown.until("result.md", f"### Housing in {district}")
    document.until("result.json", f'"Housing in {district}"')
    assert parts.bytes < markdown.bytes and parts.bytes < document.bytes
    return (
        f"{parts.bytes} bytes in {parts.reads} reads of at most {Bounded.LIMIT}; result.md alone {markdown.bytes} in "
        f"{markdown.reads}, result.json alone {document.bytes} in {document.reads}")


def main(url, key, jobs):
    def get(path):
        request = urllib.request.Request(url + path, headers={"x-api-key": key})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    check = Check(jobs)
    for job in get("/_emulator/jobs")["jobs"]:
        try:
            result = get(f"/job/{job}").get("result")
        except urllib.error.HTTPError as error:
            if error.code == 403:
                continue
            raise
        if job == HOSTILE or not isinstance(result, dict) or (result.get("results") or {}).get("is_url"):
            continue
        if result.get("is_url"):
            # What is behind the link can be had once, and the mount has it.
            with open(f"{jobs}/{job}/result.json", encoding="utf-8") as file:
                result = json.load(file)
        os.listdir(f"{jobs}/{job}")
        check.tables(job, result)
        check.chunks(job)
        check.pages(job, result)
    check.say("one table of a survey of 300 pages", lambda: question(jobs))
    print(f"{check.passed} checks hold, {check.failed} do not")
    return 1 if check.failed or not check.passed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
