"""Engines that lie, and clocks and credentials that are off, amid the life of a mount: what can be fetched again comes from the API, what
cannot is waited for and not asked for, and the log has a line for it."""

import os, time
import s3
from finished import difference
from machine import together
from servers import until

SIZE = 1_000_000
PORTAL = b"<!doctype html><html><title>Sign in</title><body>Please sign in to the network</body></html>"


def html(request):
    request.answer(200, [("Content-Type", "text/html")], PORTAL)
    return True


def moved(request):
    """As a bucket of another region says, whatever it is asked."""
    request.error(301, "PermanentRedirect", [("x-amz-bucket-region", "eu-nowhere-7")])
    return True


def slow_down(request):
    request.error(503, "SlowDown")
    return True


def hang(request):
    return request.hold()


def denied(request):
    request.error(403, "AccessDenied")
    return True


def broken(request):
    request.error(500, "InternalError")
    return True


class Liar:
    """A machine whose engine turns into a liar, and then is itself again."""

    def __init__(self, fleet, store, name, rule, fast=1.5, remedy=True):
        self.fleet, self.store, self.name, self.rule, self.fast, self.remedy = fleet, store, name, rule, fast, remedy
        self.tag = name.replace(" ", "-")

    def check(self, name, is_so, *details):
        self.fleet.check(f"{self.name}: {name}", is_so, *details)

    def run(self):
        fleet, tag = self.fleet, self.tag
        jobs = [f"{tag}-{number}" for number in range(14)]
        for job in jobs:
            fleet.api.job("inline", job, bytes=15_000)
        single = f"{tag}-single"
        fleet.api.job("single-use", single, bytes=SIZE)
        proxy = fleet.proxy()
        machine = fleet.machine(tag[:12]).mount(self.store, endpoint=proxy.url, options=["--timeout", "8s"])
        expected = machine.read(f"jobs/{jobs[0]}/result.md")
        self.check(
            "before it the store is used", expected.error is None and machine.metric('pulsefs_store_leases_total{outcome="taken"}') == 1
        )
        proxy.rule = self.rule
        first = machine.read(f"jobs/{jobs[1]}/result.md")
        self.check("a reader has it from the API", first.sum == expected.sum and first.seconds < 4.5, first)
        after = len(proxy.seen)
        reads = [machine.read(f"jobs/{job}/result.md") for job in jobs[2:9]]
        slowest = max(reads, key=lambda read: read.seconds)
        self.check(
            "so have the next, and lose nothing", all(read.sum == expected.sum for read in reads) and slowest.seconds < self.fast, slowest
        )
        found = machine.read(f"jobs/{single}/result.md")
        self.check(
            "a single-use result is waited for, and its link not asked", found.error == "ETIMEDOUT" and fleet.api.links(single) == 0, found
        )
        time.sleep(6)
        more = machine.read(f"jobs/{jobs[9]}/result.md")
        self.check(
            "it is asked again now and then, and not by readers",
            more.sum == expected.sum and len(proxy.seen) - after <= 40,
            f"{len(proxy.seen) - after} requests",
        )
        lost = machine.events("store_lost")
        self.check(
            "the log has one line",
            lost == 1 and len(machine.warnings()) <= 2,
            f"{lost} events, {len(machine.warnings())} lines of the daemon",
        )
        said = machine.doctor(self.store, endpoint=proxy.url)
        self.check(
            "doctor says so, and what to do",
            said and said["outcome"] in ("warning", "failure") and (said["remedy"] or not self.remedy),
            said and f"{said['outcome']}: {said['found'][:160]} -> {said['remedy']}",
        )
        proxy.rule = None
        proxy.released.set()
        machine.until_back()
        back = machine.look_until(f"jobs/{single}/result.md", 60)[0]
        self.check(
            "when it is itself again the link is asked once",
            back.sum == fleet.expected(SIZE) and fleet.api.links(single) == 1,
            back,
            fleet.api.links(single),
        )
        until(lambda: machine.claims("delivered") == 1, 30, f"{self.name}: it is delivered")


def forged(fleet, store):
    """Objects that nobody of the fleet has written in this place are misses under 1/ and errors under keep/."""
    engine, name = fleet.seaweed.engine, "forged, moved and cut"
    job, single, claimed = "forged-album", "forged-result", "forged-claim"
    fleet.api.job("images", job, count=9, bytes=30_000)
    for one in (single, claimed):
        fleet.api.job("single-use", one, bytes=SIZE)
    prefix = f"{store.prefix}-forged"
    store = fleet.store(prefix)
    first = fleet.machine("first").mount(store)
    first.copy(job, f"{fleet.work}/sound")
    until(lambda: len([key for key in engine.names(f"{prefix}/1/") if "/g/" not in key]) == 11 and first.has_shared_all(), 30, "eleven objects")
    kept = {}
    for one in (single, claimed):
        before = set(engine.names(f"{prefix}/keep/"))
        first.read(f"jobs/{one}/result.md")
        until(lambda: len(set(engine.names(f"{prefix}/keep/")) - before) == 2, 30, "a claim and its result")
        kept[one] = sorted(set(engine.names(f"{prefix}/keep/")) - before)
    until(lambda: first.claims("delivered") == 2, 30, "both are delivered")
    names = [key for key in engine.names(f"{prefix}/1/") if "/g/" not in key]
    sound = engine.get(names[0])
    for number, key in enumerate(names):
        bytes = engine.get(key)
        engine.put(key, [b"forged", bytes[:-7], sound if number else bytes[:40], bytes + b"\0"][number % 4])
    second = fleet.machine("second").mount(store)
    second.copy(job, f"{fleet.work}/from-forged")
    for one in kept:
        second.read(f"jobs/{one}/status.json")
    fleet.check(
        f"{name}: under 1/ all are misses, and every byte is right", not difference(f"{fleet.work}/sound", f"{fleet.work}/from-forged")
    )
    rejected = sum(
        float(line.split()[-1])
        for line in second.text(".pulsefs/metrics").splitlines()
        if line.startswith("pulsefs_store_rejected_objects_total{")
    )
    fleet.check(
        f"{name}: they are counted, and the first is logged",
        rejected >= 9 and second.events("store_object_rejected") == 1 and len(second.warnings()) == 1,
        f"{rejected:.0f} rejected",
        *second.warnings()[:2],
    )
    before = len(fleet.api.about(job))
    said = [0, ""]

    def is_mended():
        said[:] = second.command("store", "verify", store=store)
        return said[0] == 0

    try:
        until(is_mended, 30, f"{name}: they are written over", 1)
    except AssertionError:
        pass
    fleet.check(f"{name}: they are written over", said[0] == 0, said[1])
    third = fleet.machine("third").mount(store)
    third.copy(job, f"{fleet.work}/mended")
    fleet.check(
        f"{name}: and a third machine asks nothing",
        len(fleet.api.about(job)) == before and not difference(f"{fleet.work}/sound", f"{fleet.work}/mended"),
    )

    result = next(key for key in kept[single] if "/result-" in key)
    claim = next(key for key in kept[claimed] if key.endswith("/claim"))
    bytes, record = engine.get(result), engine.get(claim)
    engine.put(result, bytes[:-20])
    engine.put(claim, b"forged")
    for one, what in ((single, "a result that is cut"), (claimed, "a claim that is forged")):
        found = third.read(f"jobs/{one}/result.md", 60)
        fleet.check(
            f"{name}: {what} is an error, and its link is not asked",
            found.error not in (None, "ENOENT", "ETIMEDOUT") and not found.data and fleet.api.links(one) == 1,
            found,
        )
        said = third.explain(f"jobs/{one}/result.md")
        fleet.check(f"{name}: explain says that {what} is damaged", "damaged" in said, said.strip().splitlines()[:4])
    fleet.check(f"{name}: nobody has written over them", engine.get(result) == bytes[:-20] and engine.get(claim) == b"forged")
    fleet.check(f"{name}: who fetched them has them", all(first.read(f"jobs/{one}/result.md").sum == fleet.expected(SIZE) for one in kept))
    engine.put(result, bytes)
    engine.put(claim, record)
    for one in kept:
        found = third.look_until(f"jobs/{one}/result.md", 30, ("EIO", "EBADMSG", "ETIMEDOUT", "EPROTO"))[0]
        fleet.check(f"{name}: put right it is read", found.sum == fleet.expected(SIZE), found)


def expiring(fleet, store):
    """Credentials end amid the life of a mount, and others stand where they stood."""
    name, machine = "credentials that expire", fleet.machine("expires")
    jobs = [f"expires-{number}" for number in range(8)]
    for job in jobs:
        fleet.api.job("inline", job, bytes=15_000)
    os.makedirs(f"{machine.home}/.aws")

    def write(access, secret):
        path = f"{machine.home}/.aws/credentials"
        with open(path + ".new", "w", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(f"[default]\naws_access_key_id = {access}\naws_secret_access_key = {secret}\n")
        os.rename(path + ".new", path)

    write(s3.OTHER, s3.OTHER_SECRET)
    proxy = fleet.proxy()
    none = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}
    machine.mount(store, endpoint=proxy.url, environment=none)
    expected = machine.read(f"jobs/{jobs[0]}/result.md")
    write(s3.ACCESS, s3.SECRET)
    used = []

    def rule(request):
        used.append(request.access)
        if request.access == s3.OTHER:
            request.error(400, "ExpiredToken")
            return True

    proxy.rule = rule
    reads = [machine.read(f"jobs/{job}/result.md") for job in jobs[1:5]]
    fleet.check(
        f"{name}: they are read again, and no reader notices",
        all(read.sum == expected.sum and read.seconds < 2 for read in reads) and machine.events("store_lost") == 0,
        max(reads, key=lambda read: read.seconds),
        f"{machine.events('store_lost')} times lost",
    )
    fleet.check(
        f"{name}: the new ones are used from then on",
        used.count(s3.OTHER) <= 4 and used[-1] == s3.ACCESS,
        f"{used.count(s3.OTHER)} requests with the old ones",
    )
    # None that are good stand there.
    write(s3.OTHER, s3.OTHER_SECRET)
    proxy.rule = lambda request: request.error(400, "ExpiredToken") or True
    reads = [machine.read(f"jobs/{job}/result.md") for job in jobs[5:]]
    fleet.check(
        f"{name}: when there are no others the API is asked",
        all(read.sum == expected.sum for read in reads) and machine.events("store_lost") == 1,
        reads,
    )


def clocks(fleet, store):
    """One side's clock is an hour off: signatures are refused once, and ages are the engine's own."""
    for name, hours, before, date in (
        ("a clock an hour ahead", 1, True, 0),
        ("a clock an hour behind", -1, True, 0),
        ("an engine that says an hour more", None, False, 3600),
        ("an engine that says an hour less", None, False, -3600),
    ):
        tag = "".join(word[0] for word in name.split()) + ("p" if "ahead" in name or "more" in name else "m")
        jobs = [f"clock-{tag}-{number}" for number in range(3)]
        fleet.api.job("inline", jobs[0], bytes=15_000)
        fleet.api.job("single-use", jobs[1], bytes=SIZE)
        fleet.api.job("images", jobs[2], count=2, bytes=10_000)
        right, wrong = fleet.machine("right").mount(store), fleet.machine("wrong")
        # One that the right one shares, one that the wrong one does.
        expected = right.read(f"jobs/{jobs[0]}/result.md")
        until(lambda: right.metric("pulsefs_store_outbox_bytes") == 0, 20, "it is in the store")
        proxy = fleet.proxy((lambda request, date=date: request.forward(date=date)) if date else None)
        more = fleet.clock(hours * 3600) if hours else {}
        time.sleep(1)
        asked = len(fleet.api.about(jobs[0]))
        wrong.mount(store, endpoint=proxy.url, environment=more)
        found = wrong.read(f"jobs/{jobs[0]}/result.md")
        fleet.check(
            f"{name}: it reads from the store",
            found.sum == expected.sum and len(fleet.api.about(jobs[0])) == asked,
            found,
            f"{len(fleet.api.about(jobs[0])) - asked} requests to the API",
        )
        found = wrong.read(f"jobs/{jobs[1]}/result.md")
        until(lambda: wrong.claims("delivered") == 1, 40, f"{name}: a result is delivered")
        other = right.look_until(f"jobs/{jobs[1]}/result.md", 30)[0]
        fleet.check(
            f"{name}: a result that it fetches is had by the other",
            found.sum == other.sum == fleet.expected(SIZE) and fleet.api.links(jobs[1]) == 1,
            found,
            other,
        )
        fleet.check(f"{name}: and nothing is lost of the store", wrong.events("store_lost") == 0, wrong.warnings()[:2])
        if hours:
            said = wrong.doctor(store, environment=more)
            fleet.check(
                f"{name}: doctor says so",
                said and said["outcome"] == "warning" and "clock" in said["found"] and said["remedy"],
                said and said["found"],
                said and said["remedy"],
            )


def unconditional(fleet):
    """An engine that ignores conditions is told by store check, shares content, and claims nothing."""
    name = "an engine without conditional writes"
    proxy = fleet.proxy(lambda request: request.method in ("PUT", "POST") and request.forward(without=("if-none-match", "if-match")))
    prober = fleet.machine("prober")
    store = fleet.store("unconditional", endpoint=proxy.url)
    status, text = prober.command("store", "check", store=store, endpoint=proxy.url)
    fleet.check(f"{name}: store check says so", status != 0 and "won" in text, text.strip().splitlines()[:3])
    fleet.api.job("images", "unclaimed-album", count=3, bytes=10_000)
    fleet.api.job("single-use", "unclaimed", bytes=SIZE)
    first = fleet.machine("first").mount(store, endpoint=proxy.url)
    first.copy("unclaimed-album", f"{fleet.work}/unclaimed-1")
    until(lambda: len(fleet.seaweed.engine.names("unconditional/1/b/")) == 3 and first.has_shared_all(), 30, "three images")
    second = fleet.machine("second").mount(store, endpoint=proxy.url)
    before = len(fleet.api.about("unclaimed-album"))
    second.copy("unclaimed-album", f"{fleet.work}/unclaimed-2")
    fleet.check(
        f"{name}: content is shared",
        len(fleet.api.about("unclaimed-album")) == before and not difference(f"{fleet.work}/unclaimed-1", f"{fleet.work}/unclaimed-2"),
    )
    found = first.read("jobs/unclaimed/result.md")
    other = second.read("jobs/unclaimed/result.md")
    fleet.check(
        f"{name}: links are used by each machine for itself",
        found.sum == fleet.expected(SIZE) and other.error == "ENOENT" and not fleet.seaweed.engine.names("unconditional/keep/"),
        found,
        other,
    )
    said = second.doctor(store, endpoint=proxy.url)
    fleet.check(
        f"{name}: doctor says so, and what to do",
        said and said["outcome"] == "warning" and "conditional" in said["found"] and said["remedy"],
        said and said["found"],
    )


def group(fleet):
    fleet.expected(SIZE)
    store = fleet.store("lying")
    liars = [
        Liar(fleet, store, "HTML in place of answers", html),
        Liar(fleet, store, "another region", moved),
        Liar(fleet, store, "slow down", slow_down),
        Liar(fleet, store, "an engine that hangs", hang),
        Liar(fleet, store, "access denied", denied),
        Liar(fleet, store, "errors of the engine", broken),
    ]
    together(*(liar.run for liar in liars[:3]))
    together(*(liar.run for liar in liars[3:]))
    together(lambda: forged(fleet, store), lambda: expiring(fleet, store), lambda: clocks(fleet, store), lambda: unconditional(fleet))
