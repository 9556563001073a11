"""A finished job costs the API its requests once for the whole fleet."""

import subprocess
from servers import until


def difference(one, two):
    outcome = subprocess.run(["diff", "-r", one, two], capture_output=True, text=True)
    return (outcome.stdout + outcome.stderr)[:300]


def group(fleet):
    job, store = "album-in-common", fleet.store("finished")
    fleet.api.job("images", job, count=20, bytes=60_000)
    first, second = fleet.machine("first"), fleet.machine("second")
    fleet.api.ask("DELETE", "requests")
    first.mount(store)
    # A file that is read is not asked for its size before.
    first.read(f"jobs/{job}/result.md")
    first.copy(job, f"{fleet.work}/copy-1")
    # The job, its images, and what the API says of the key.
    until(
        lambda: len([name for name in fleet.seaweed.engine.names("finished/1/") if "/g/" not in name]) == 22, 30, "22 objects in the store"
    )
    # A file that is still on its way there is asked for its size.
    until(first.has_shared_all, 30, "all is in the store")
    asked = fleet.api.about(job)
    gets = [request for request in asked if request["method"] == "GET"]
    others = [request for request in fleet.api.requests() if request not in asked]
    fleet.check(
        "a job with 20 images costs the API 21 requests",
        len(gets) == 21,
        f"{len(gets)} GET",
        f"{len(asked) - len(gets)} HEAD",
        f"{len(others)} about the key",
    )
    second.mount(store)
    second.copy(job, f"{fleet.work}/copy-2")
    after = fleet.api.requests()
    fleet.check("on a second machine none", len(after) == len(asked) + len(others), f"{len(after) - len(asked) - len(others)} more in all", [f"{request['method']} {request['path']}" for request in after[len(asked) + len(others):]])
    differs = difference(f"{fleet.work}/copy-1", f"{fleet.work}/copy-2")
    fleet.check("every byte is the same on both", not differs, differs)
    hits = {kind: second.metric('pulsefs_store_lookups_total{kind="%s",outcome="hit"}' % kind) for kind in ("job", "file", "key")}
    fleet.check("the second machine has all of it from the store", hits["job"] == 1 and hits["file"] == 20 and hits["key"], hits)
