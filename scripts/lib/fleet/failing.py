"""Machines that are cut off or stopped, an engine that is killed, cut off, or forgets, and an API that is cut off: nothing durable is
lost, readers are served as docs/store.md says, and the log has a line for it, not hundreds."""

import hashlib, signal, time
from finished import difference
from machine import together
from servers import until

SIZE, LARGE = 3_000_000, 60_000_000


def whole(fleet, machine, job, size, limit=100, accepted=("ETIMEDOUT", "ENOENT")):
    found, met, took = machine.look_until(f"jobs/{job}/result.md", limit, accepted)
    return found.error is None and found.sum == fleet.expected(size), f"{found!r} after {took:.0f} s", *sorted(set(met))


def inline_jobs(fleet, name, count, size=20_000):
    names = [f"{name}-{number}" for number in range(count)]
    for job in names:
        fleet.api.job("inline", job, bytes=size)
    return names


def quiet(fleet, name, machine, least=1, most=1):
    """What was lost and is back is told once each."""
    lost, back, lines = machine.events("store_lost"), machine.events("store_back"), machine.warnings()
    fleet.check(
        f"{name}: its log has one line for what is lost, and one for what is back",
        least <= lost <= most and least <= back <= most and len(lines) <= 2 * most + 1,
        f"{lost} lost, {back} back, {len(lines)} lines of the daemon",
        *lines[:4],
    )


def taken_over(fleet, name, machine, job, begin):
    """A machine on which somebody reads takes over in time."""
    reader = machine.start_reading(f"jobs/{job}/result.md")
    until(lambda: machine.events("claim_taken_over") == 1, 120, f"{name}: another takes over", 0.5)
    took = time.monotonic() - begin
    fleet.check(f"{name}: another takes over within 75 s", 50 <= took <= 75, f"{took:.0f} s")
    reader.kill()


def partition(fleet, store):
    """A machine without a network, and with one again."""
    name, machine, other = "a machine is cut off", fleet.machine("cut"), fleet.machine("other")
    jobs = inline_jobs(fleet, "cut-off", 3)
    together(lambda: machine.mount(store, options=["--timeout", "5s"]), lambda: other.mount(store))
    before = machine.read(f"jobs/{jobs[0]}/result.md")
    machine.place.cut()
    cached = machine.read(f"jobs/{jobs[0]}/result.json")
    fleet.check(f"{name}: what it has is served", cached.error is None and cached.data and cached.seconds < 3, cached)
    cold = machine.read(f"jobs/{jobs[1]}/result.md", 60)
    fleet.check(f"{name}: what it has not is an error in bounded time", cold.error not in (None, "ENOENT") and cold.seconds < 20, cold)
    fleet.check(f"{name}: the others go on", other.read(f"jobs/{jobs[1]}/result.md").sum == before.sum)
    machine.place.mend()
    found, _, took = machine.look_until(
        f"jobs/{jobs[1]}/result.md", 40, ("ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH", "EIO", "EAGAIN", "ECONNREFUSED")
    )
    fleet.check(f"{name}: back again it reads on", found.error is None and found.sum == before.sum, f"after {took:.1f} s")
    machine.until_back()
    quiet(fleet, name, machine)


def claimant_cut_off(fleet, store):
    """A claimant without a network gives up, another has it, and both read the same."""
    name, job, size = "a claimant is cut off", "cut-claimant", LARGE
    fleet.api.job("single-use", job, bytes=size)
    first, second = fleet.machine("first"), fleet.machine("second")
    together(lambda: first.mount(store), lambda: second.mount(store))
    fleet.api.fault("stall-body", path=f"/large_results/{job}", count=1, after_bytes=size // 3)
    reader = first.start_reading(f"jobs/{job}/result.md")
    until(lambda: fleet.api.stalled(job), 60, "the download is half done")
    first.place.cut()
    begin = time.monotonic()
    taken_over(fleet, name, second, job, begin)
    fleet.check(f"{name}: and has it whole", *whole(fleet, second, job, size))
    fleet.check(
        f"{name}: the first has given up by then",
        first.claims("released") + first.claims("delivered") == 0 and first.read(f"jobs/{job}/status.json").error is None,
    )
    until(lambda: second.claims("delivered") == 1, 30, "it is in the store")
    first.place.mend()
    fleet.check(f"{name}: back again it has the same from the store", *whole(fleet, first, job, size))
    fleet.check(f"{name}: the link was asked twice", fleet.api.links(job) == 2, fleet.api.links(job), f"taken {first.claims('taken'):.0f}")
    reader.kill()


def stopped(fleet, store):
    """A claimant that is stopped for longer than a minute, and then goes on."""
    name, job = "a claimant is stopped", "stopped-claimant"
    fleet.api.job("single-use", job, bytes=SIZE)
    first, second = fleet.machine("first"), fleet.machine("second")
    together(lambda: first.mount(store, options=["--timeout", "240s"]), lambda: second.mount(store))
    fleet.api.fault("stall-body", path=f"/large_results/{job}", count=1, after_bytes=SIZE // 2)
    reader = first.start_reading(f"jobs/{job}/result.md")
    until(lambda: fleet.api.stalled(job), 60, "the download is half done")
    first.signal(signal.SIGSTOP)
    begin = time.monotonic()
    taken_over(fleet, name, second, job, begin)
    fleet.check(f"{name}: and has it whole", *whole(fleet, second, job, SIZE))
    time.sleep(max(0, 65 - (time.monotonic() - begin)))
    first.signal(signal.SIGCONT)
    fleet.api.ask("POST", "release")
    data, error = reader.communicate(timeout=120)
    fleet.check(
        f"{name}: its own reader has the same when it goes on",
        not error and hashlib.sha256(data).hexdigest() == fleet.expected(SIZE),
        error.decode(),
    )
    fleet.check(f"{name}: the link was asked twice at most", fleet.api.links(job) == 2, fleet.api.links(job))


def late(fleet, store):
    """The engine says nothing, and the hour of the link is nearly over by the clocks of two machines: one may ask without a claim."""
    name, job = "the last minutes of a link", "late-link"
    fleet.api.job("single-use", job, bytes=SIZE)
    proxy = fleet.proxy(lambda request: request.hold())
    nearly = fleet.clock(3510)
    waits, asks, other = fleet.machine("waits"), fleet.machine("asks"), fleet.machine("other")
    waits.mount(store, endpoint=proxy.url, environment=nearly, options=["--store-single-use", "wait", "--timeout", "8s"])
    found = waits.read(f"jobs/{job}/result.md")
    fleet.check(f"{name}: with --store-single-use=wait nobody asks", found.error == "ETIMEDOUT" and fleet.api.links(job) == 0, found)
    asks.mount(store, endpoint=proxy.url, environment=nearly)
    fleet.check(f"{name}: else it is asked without the store", *whole(fleet, asks, job, SIZE))
    proxy.rule = None
    proxy.released.set()
    other.mount(store)
    # One that is quicker than who brings it is told that it is spent, and looks again after 30 s.
    fleet.check(f"{name}: and brought to the others when the store answers", *whole(fleet, other, job, SIZE, 100))
    fleet.check(f"{name}: and to the machine that has waited", *whole(fleet, waits, job, SIZE, 100))
    fleet.check(f"{name}: the link was asked no more than once by each", fleet.api.links(job) <= 2, fleet.api.links(job))


def engine_cut_off(fleet, store):
    """The engine cannot be reached: what can be fetched again comes from the API, and what cannot is waited for."""
    name, job = "the engine is cut off", "cut-engine"
    fleet.api.job("single-use", job, bytes=SIZE)
    machines = [fleet.machine("reads") for _ in range(2)]
    together(*(lambda machine=machine: machine.mount(store, options=["--timeout", "8s"]) for machine in machines))
    jobs = inline_jobs(fleet, "engine-cut", 12)
    expected = machines[0].read(f"jobs/{jobs[0]}/result.md").sum
    fleet.seaweed.place.cut()
    try:
        for machine in machines:
            first = machine.read(f"jobs/{jobs[1]}/result.md")
            fleet.check(f"{name}: a reader loses 2 s to it at most", first.sum == expected and first.seconds < 3.5, first)
            others = [machine.read(f"jobs/{job}/result.md") for job in jobs[2:8]]
            fleet.check(
                f"{name}: the next ones nothing",
                all(read.sum == expected and read.seconds < 1 for read in others),
                max(others, key=lambda read: read.seconds),
            )
        single = machines[0].read(f"jobs/{job}/result.md")
        fleet.check(
            f"{name}: a single-use result is waited for, and its link not asked",
            single.error == "ETIMEDOUT" and fleet.api.links(job) == 0,
            single,
        )
        said = machines[0].explain(f"jobs/{job}/result.md")
        fleet.check(f"{name}: explain says that the store cannot be asked", "store" in said, said.strip().splitlines()[-3:])
        time.sleep(12)
        fleet.check(
            f"{name}: readers go on after a while", all(machine.read(f"jobs/{jobs[8]}/result.md").sum == expected for machine in machines)
        )
    finally:
        fleet.seaweed.place.mend()
    for machine in machines:
        until(
            lambda: machine.read(f"jobs/{jobs[9]}/status.json").error is None and machine.events("store_back") > 0,
            40,
            "the store is back",
            0.5,
        )
        quiet(fleet, name, machine)
    fleet.check(f"{name}: when it is back one asks the link", *whole(fleet, machines[0], job, SIZE, 60))
    fleet.check(f"{name}: and the other has it from there", *whole(fleet, machines[1], job, SIZE, 60))
    fleet.check(f"{name}: the link was asked once", fleet.api.links(job) == 1, fleet.api.links(job))


def api_cut_off(fleet, store):
    """Without the API what is in the store is served to whoever has been shown it."""
    name, job = "the API is cut off", "without-the-api"
    fleet.api.job("images", job, count=5, bytes=40_000)
    first, second = fleet.machine("first"), fleet.machine("second")
    first.mount(store)
    first.copy(job, f"{fleet.work}/with-the-api")
    prefix = "failing/1/b/"
    until(lambda: len(fleet.seaweed.engine.names(prefix)) >= 5 and first.has_shared_all(), 30, "five images in the store")
    second.mount(store, options=["--timeout", "8s"])
    fleet.api.place.cut()
    try:
        second.copy(job, f"{fleet.work}/without-the-api")
        fleet.check(
            f"{name}: a job and its images come from the store",
            not difference(f"{fleet.work}/with-the-api", f"{fleet.work}/without-the-api"),
        )
    finally:
        fleet.api.place.mend()


def engine_killed(fleet, store):
    """kill -9 of the engine amid reading and uploading, and another start."""
    name, job, old = "the engine is killed", "killed-engine", "killed-before"
    fleet.api.job("single-use", old, bytes=SIZE)
    fleet.api.job("single-use", job, bytes=LARGE)
    first, second = fleet.machine("first"), fleet.machine("second")
    together(lambda: first.mount(store), lambda: second.mount(store))
    jobs = inline_jobs(fleet, "killed", 40)
    fleet.check(f"{name}: before it", *whole(fleet, first, old, SIZE))
    until(lambda: first.claims("delivered") == 1, 30, "it is delivered")
    expected = first.read(f"jobs/{jobs[0]}/result.md").sum
    fleet.check(f"{name}: a large result is durable on the first", *whole(fleet, first, job, LARGE))
    fleet.seaweed.kill()
    reads = [second.read(f"jobs/{other}/result.md") for other in jobs[1:20]]
    fleet.check(f"{name}: readers go on", all(read.sum == expected for read in reads), max(reads, key=lambda read: read.seconds))
    fleet.seaweed.start()
    reads = [second.read(f"jobs/{other}/result.md") for other in jobs[20:]]
    fleet.check(f"{name}: and while it starts", all(read.sum == expected for read in reads), max(reads, key=lambda read: read.seconds))
    fleet.seaweed.wait()
    fleet.check(f"{name}: what was delivered before is there", *whole(fleet, second, old, SIZE))
    fleet.check(f"{name}: what was durable on the first is brought again", *whole(fleet, second, job, LARGE, 150))
    fleet.check(
        f"{name}: each link was asked once",
        [fleet.api.links(one) for one in (old, job)] == [1, 1],
        fleet.api.links(old),
        fleet.api.links(job),
    )
    # It says 500 for some seconds after a start, so it may be lost once more.
    quiet(fleet, name, second, most=3)


def engine_forgets(fleet, store):
    """The engine has an older copy of its data again."""
    name, job, old = "the engine forgets", "forgotten", "remembered"
    fleet.api.job("single-use", old, bytes=SIZE)
    fleet.api.job("single-use", job, bytes=SIZE)
    first, second, third = fleet.machine("first"), fleet.machine("second"), fleet.machine("third")
    first.mount(store)
    fleet.check(f"{name}: one that it keeps", *whole(fleet, first, old, SIZE))
    until(lambda: first.claims("delivered") == 1, 30, "it is delivered")
    first.unmount()
    fleet.seaweed.kill()
    fleet.seaweed.keep("older")
    fleet.seaweed.start()
    fleet.seaweed.wait()
    first.mount(store)
    fleet.check(f"{name}: one that it forgets", *whole(fleet, first, job, SIZE))
    until(lambda: first.claims("delivered") == 1, 60, "it is delivered")
    first.unmount()
    second.mount(store)
    fleet.check(f"{name}: another has it from the store", *whole(fleet, second, job, SIZE))
    fleet.seaweed.kill()
    fleet.seaweed.forget("older")
    fleet.seaweed.start()
    fleet.seaweed.wait()
    third.mount(store)
    fleet.check(f"{name}: what it remembers is there", *whole(fleet, third, old, SIZE, accepted=("ETIMEDOUT",)))
    found = third.read(f"jobs/{job}/result.md")
    fleet.check(
        f"{name}: what it forgot is gone for a machine that never had it",
        found.error == "ENOENT" and fleet.api.links(job) == 2,
        found,
        f"the link was asked {fleet.api.links(job)} times",
    )
    fleet.check(f"{name}: error.txt says so", third.read(f"jobs/{job}/error.txt").error is None)
    fleet.check(f"{name}: who had it from the store has it in its cache", *whole(fleet, second, job, SIZE))
    first.mount(store)
    fleet.check(f"{name}: the machine that fetched it brings it again", *whole(fleet, third, job, SIZE))
    fleet.check(f"{name}: each link was asked no more", [fleet.api.links(one) for one in (old, job)] == [1, 2])


def group(fleet):
    for size in (SIZE, LARGE):
        fleet.expected(size)
    store = fleet.store("failing")
    together(*(lambda work=work: work(fleet, store) for work in (partition, claimant_cut_off, stopped, late)))
    # These are about the engine and the API, which all have in common.
    for number, work in enumerate((engine_cut_off, api_cut_off, engine_killed, engine_forgets)):
        if number:
            for machine in fleet.machines:
                machine.end()
        work(fleet, store)
