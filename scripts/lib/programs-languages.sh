# shellcheck shell=bash
# What languages and libraries read files with.
with_python() { python3 - "$mnt/jobs" <<'PY'
import json, mmap, os, pathlib, shutil, sys
root = pathlib.Path(sys.argv[1])
for path in root.rglob("*"):
    if path.is_file():
        size = path.stat().st_size
        with open(path, "rb") as file:
            assert len(file.read()) == size, path
            if size:
                with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
                    assert len(view) == size
    if path.suffix == ".json": json.loads(path.read_bytes())
PY
}
listed() { # COMMAND…: it prints the files of the mount with their digests, as sha256sum does
    "$@" > "$work/listed" && sort "$work/listed" | cmp - <(sort "$work/sums")
}
with_node() { node "$lib/programs/copy.mjs" "$mnt/jobs" "$work/copies/node" && same "$work/copies/node"; }
silent "Python: read, mmap, json" with_python
silent "Node: fs.cp, recursively" with_node
silent "Node: fs.readFile of all" listed node "$lib/programs/walk.mjs" "$mnt/jobs"
silent "Java: Files.walk and readAllBytes" listed java "$lib/programs/Walk.java" "$mnt/jobs"
silent "Java: FileChannel.map" listed java "$lib/programs/Walk.java" "$mnt/jobs" map
silent "DuckDB: read_blob of all" listed "$program_python" "$lib/programs-frames.py" duckdb-blobs "$mnt/jobs"
silent "DuckDB: read_json of status and result, read_text" "$program_python" "$lib/programs-frames.py" duckdb-json "$mnt/jobs" "$work/served"
silent "pandas: read_json of status and result" "$program_python" "$lib/programs-frames.py" pandas "$mnt/jobs" "$work/served"

cold annual-report-fy2024
cold_node() { node "$lib/programs/copy.mjs" "$cold/jobs/annual-report-fy2024" "$work/copies/coldnode" &&
    same_job "$work/copies/coldnode" annual-report-fy2024; }
costs "6 + 1" "Node: fs.cp of six images that are not cached" cold_node
cold annual-report-fy2024
cold_java() { java "$lib/programs/Walk.java" "$cold/jobs" | sort | cmp - <(grep ' ./annual-report-fy2024/' "$work/sums" | sort); }
costs "6 + 1" "Java: Files.walk of six images that are not cached" cold_java
