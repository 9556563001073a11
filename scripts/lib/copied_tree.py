#!/usr/bin/env python3
"""A copy of the checkout with some files changed, for builds that are not the product's: what has not changed since the last copy
keeps its time, so that it is not compiled again.

Run by itself it makes the copy that ThreadSanitizer can watch: copied_tree.py DIRECTORY
"""

import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def files():
    """The names of what is in the checkout, committed or not."""
    wanted = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(wanted, cwd=ROOT, check=True, capture_output=True).stdout.decode().split("\0")
    return {name for name in names if name and (ROOT / name).is_file()}


def copy(tree, changed):
    """`changed` has the texts of files that are other than in the checkout, or not in it."""
    kept = files()
    for name in kept | set(changed):
        content = changed[name].encode() if name in changed else (ROOT / name).read_bytes()
        target = tree / name
        if target.is_file() and target.read_bytes() == content:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        if (ROOT / name).is_file():
            shutil.copymode(ROOT / name, target)
    for path in [path for path in tree.rglob("*") if path.is_file()]:
        name = str(path.relative_to(tree))
        if not name.startswith(".build") and name not in changed and name not in kept and name != "Package.resolved":
            path.unlink()


def watched():
    """The sources with locks that ThreadSanitizer sees."""
    changed = {}
    for name in files():
        if name.endswith(".swift") and name.startswith(("Sources/", "Tests/")) and "WatchedLocks" not in name:
            text = (ROOT / name).read_text()
            if "import Synchronization\n" in text:
                changed[name] = text.replace("import Synchronization\n", "import WatchedLocks\n")
    package = (ROOT / "Package.swift").read_text()
    changed["Package.swift"] = package + """
package.targets.append(.target(name: "WatchedLocks", path: "Tests/WatchedLocks"))
for target in package.targets where target.type != .system && !target.name.hasPrefix("C") && target.name != "WatchedLocks" {
    target.dependencies.append("WatchedLocks")
}
"""
    return changed


if __name__ == "__main__":
    copy(pathlib.Path(sys.argv[1]).resolve(), watched())
