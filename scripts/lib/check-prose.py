#!/usr/bin/env python3
"""Checks the words that people read: README.md and docs, without code.

Usage: check-prose.py [PROSELINT]

PROSELINT is that program (PyPI: proselint); without it only the words of the house are looked for. Prints a line for each finding;
the status is 1 if there is one.
"""

import glob
import json
import re
import subprocess
import sys
import tempfile

# Words that a reader has to stop at, and what to write.
HOUSE = [
    (r"\bwhoever\b", "name who it is: the user, a program, the next mount"),
    (r"\banew\b", "again"),
    (r"\bgone on with\b", "continued, resumed"),
    (r"\bholds? up (nobody|no one|nothing)\b", "blocks no other request"),
    (r"\b(what|that which) rests\b", "a request that waits to be retried"),
    (r"\b(is|are|be|was|were) had\b", "available"),
    (r"\bas good as none\b", "counts as missing"),
    (r"\bmade good\b", "repaired"),
    (r"\b(is|are) said (and|so|once|by)\b", "is reported"),
    (r"\blet(s)? go of\b", "drops, evicts"),
    (r"\bof which (nobody|none)\b", "begin a new sentence"),
    (r"\bwhere it comes from\b", "name the file or variable"),
    (r"\bmends?\b", "repairs, fixes"),
]


def prose(path):
    """The text with code and addresses as blanks, so that places stay."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    blank = lambda match: re.sub(r"[^\n]", " ", match.group())
    for pattern in (r"(?ms)^ *(```|~~~).*?^ *\1", r"`[^`\n]*`", r"\]\([^)]*\)", r"<!--.*?-->", r"https?://\S+"):
        text = re.sub(pattern, blank, text)
    return text


def main(proselint=None):
    paths = ["README.md", *sorted(glob.glob("docs/*.md"))]
    found = []
    for path in paths:
        text = prose(path)
        for pattern, instead in HOUSE:
            for match in re.finditer(pattern, text, re.IGNORECASE):
                line = text.count("\n", 0, match.start()) + 1
                found.append(f"{path}:{line}: “{match.group()}”: {instead}")
        if not proselint:
            continue
        with tempfile.NamedTemporaryFile("w", suffix=".md", encoding="utf-8") as copy, \
                tempfile.NamedTemporaryFile("w", suffix=".json") as config:
            copy.write(text)
            copy.flush()
            # Quotes and dashes are those of a terminal; what is left around code is no repetition.
            json.dump({"max_errors": 1000, "checks": {"typography": False, "lexical_illusions": False}}, config)
            config.flush()
            answer = subprocess.run(
                [proselint, "check", "--config", config.name, "--output-format", "json", copy.name],
                capture_output=True, text=True)
            try:
                results = json.loads(answer.stdout)["result"]
            except (ValueError, KeyError):
                found.append(f"{path}: proselint says nothing that can be read: {(answer.stdout + answer.stderr)[:300]}")
                continue
            for file in results.values():
                for entry in file.get("diagnostics", []):
                    found.append(f"{path}:{entry['pos'][0]}: {entry['check_path']}: {entry['message']}")
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
