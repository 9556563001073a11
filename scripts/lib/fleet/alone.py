"""A mount without a store is what it is without one: its requests, and nobody else's."""

from finished import difference


def counted(fleet, machine, jobs):
    """What it asks the API for, in the same order of doing things."""
    fleet.api.ask("DELETE", "requests")
    for job in jobs:
        machine.read(f"jobs/{job}/result.md")
        machine.copy(job, f"{fleet.work}/{machine.name}-{job}")
    counts = {}
    for request in fleet.api.requests():
        if request["method"] != "HEAD":
            counts[request["path"]] = counts.get(request["path"], 0) + 1
    return counts


def group(fleet):
    store, proxy = fleet.store("alone"), fleet.proxy()
    jobs = ["alone-album", "annual-report-fy2024", "invoice-2024-0117"]
    fleet.api.job("images", jobs[0], count=20, bytes=30_000)
    without = fleet.machine("without").mount(None, endpoint=proxy.url)
    seen = counted(fleet, without, jobs)
    fleet.check("without --store nothing is asked of the engine, though its credentials are at hand", not proxy.seen, *proxy.seen[:3])
    fleet.check(
        "a job with 20 images costs 21 requests",
        seen.get(f"/job/{jobs[0]}") == 1 and sum(count for path, count in seen.items() if path.startswith(f"/results/{jobs[0]}/")) == 20,
        sum(seen.values()),
    )
    again = fleet.machine("again").mount(None, endpoint=proxy.url)
    fleet.check("another asks for all of it itself", counted(fleet, again, jobs) == seen)
    first = fleet.machine("first").mount(store)
    with_store = counted(fleet, first, jobs)
    fleet.check(
        "the first with a store asks for the same",
        with_store == seen,
        {path: (with_store.get(path), seen.get(path)) for path in with_store | seen if with_store.get(path) != seen.get(path)},
    )
    fleet.check(
        "and has the same", not any(difference(f"{fleet.work}/{without.name}-{job}", f"{fleet.work}/{first.name}-{job}") for job in jobs)
    )
    lines = [line for line in without.text(".pulsefs/metrics").splitlines() if "pulsefs_store" in line]
    fleet.check("without --store no figure speaks of one", not lines, *lines[:2])
