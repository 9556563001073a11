"""Buckets that are not what they should be when a mount begins, and credentials that may only read."""

import time
import s3
from finished import difference
from lying import SIZE, hang, html, moved, slow_down
from machine import NotMounted
from servers import until


class Named:
    def __init__(self, prefix, secret):
        self.prefix, self.secret = prefix, secret


def refuses(fleet, name, words, store, **more):
    machine = fleet.machine("refused")
    if "bucket" in more:
        more["options"] = ["--store", f"s3://{more.pop('bucket')}/pulse"]
    begin = time.monotonic()
    try:
        machine.mount(store, **more)
        fleet.check(f"{name}: refused at mount", False, machine.warnings()[:2])
    except NotMounted as error:
        fleet.check(
            f"{name}: refused at mount, with words", words in str(error) and time.monotonic() - begin < 15, str(error).strip()[-200:]
        )


def begins(fleet, store, name, rule):
    """An engine that lies from the beginning: the mount starts without it, says so once, and uses the API."""
    proxy, machine, job = fleet.proxy(rule), fleet.machine("begins"), f"begins-{name.replace(' ', '-')}"
    fleet.api.job("inline", job, bytes=9_000)
    fleet.api.job("inline", job + "-2", bytes=9_000)
    begin = time.monotonic()
    machine.mount(store, endpoint=proxy.url)
    took = time.monotonic() - begin
    lines = machine.warnings()
    fleet.check(
        f"{name} from the beginning: it starts without the store, and says so once",
        took < 6 and len(lines) == 1,
        f"{took:.1f} s",
        *lines[:3],
    )
    read = machine.read(f"jobs/{job}/result.md")
    fleet.check(f"{name} from the beginning: readers have the API", read.error is None and read.seconds < 2, read)
    proxy.rule = None
    proxy.released.set()
    machine.until_back()
    fleet.check(f"{name} from the beginning: it is used when it is itself", True)


def reading(fleet, store):
    """An identity of the engine's that may only read."""
    name, may_read = "credentials that only read", {"AWS_ACCESS_KEY_ID": s3.READER, "AWS_SECRET_ACCESS_KEY": s3.READER_SECRET}
    jobs = ["read-only-shared", "read-only-own", "read-only-single", "read-only-mine"]
    fleet.api.job("images", jobs[0], count=4, bytes=20_000)
    fleet.api.job("images", jobs[1], count=4, bytes=20_000)
    for job in jobs[2:]:
        fleet.api.job("single-use", job, bytes=SIZE)
    writer = fleet.machine("writer").mount(store)
    writer.copy(jobs[0], f"{fleet.work}/written")
    single = writer.read(f"jobs/{jobs[2]}/result.md")
    until(
        lambda: writer.claims("delivered") == 1 and len(fleet.seaweed.engine.names(f"{store.prefix}/1/b/")) >= 4, 30, "it is in the store"
    )
    until(writer.has_shared_all, 30, "all of it is in the store")
    for mode in ("readwrite", "read"):
        before = sorted(fleet.seaweed.engine.names(f"{store.prefix}/"))
        asked = len(fleet.api.about(jobs[0]))
        reader = fleet.machine("reader").mount(store, environment=may_read, options=["--store-mode", mode, "--timeout", "5s"])
        reader.copy(jobs[0], f"{fleet.work}/read-{mode}")
        fleet.check(
            f"{name}, mode {mode}: what is there is read",
            not difference(f"{fleet.work}/written", f"{fleet.work}/read-{mode}") and len(fleet.api.about(jobs[0])) == asked,
        )
        fleet.check(
            f"{name}, mode {mode}: results too",
            reader.read(f"jobs/{jobs[2]}/result.md").sum == single.sum and fleet.api.links(jobs[2]) == 1,
        )
        reader.copy(jobs[1], f"{fleet.work}/own-{mode}")
        own = [request for request in fleet.api.about(jobs[1], "GET")]
        fleet.check(
            f"{name}, mode {mode}: what is not comes from the API",
            len(own) == 5 * (1 if mode == "readwrite" else 2),
            f"{len(own)} requests",
        )
        mine = reader.read(f"jobs/{jobs[3]}/result.md")
        fleet.check(
            f"{name}, mode {mode}: it claims nothing, and asks no link", mine.error == "ETIMEDOUT" and fleet.api.links(jobs[3]) == 0, mine
        )
        said = reader.explain(f"jobs/{jobs[3]}/result.md")
        fleet.check(
            f"{name}, mode {mode}: explain says so", "no machine has claimed it" in said and "cannot write there" in said, said[-300:]
        )
        time.sleep(1)
        after = sorted(fleet.seaweed.engine.names(f"{store.prefix}/"))
        fleet.check(
            f"{name}, mode {mode}: nothing is written, and the log is quiet",
            before == after and reader.events("store_lost") == 0 and len(reader.warnings()) <= 1,
            f"{reader.events('store_lost')} lost",
            *reader.warnings()[:3],
        )
    writer.copy(jobs[1], f"{fleet.work}/own")
    fleet.check(
        f"{name}: every byte is right",
        not any(difference(f"{fleet.work}/own", f"{fleet.work}/own-{mode}") for mode in ("readwrite", "read")),
    )


def crowded(fleet, store):
    """A bucket in which others have 100,000 names below the same prefix: no mount lists it, and commands that do pass them by."""
    proxy, machine = fleet.proxy(), fleet.machine("crowded")
    pages = 100

    def rule(request):
        if request.method != "GET" or "list-type=2" not in request.path or "prefix=" + store.prefix + "%2Fcheck" in request.path:
            return False
        number = int(request.path.partition("continuation-token=page-")[2].partition("&")[0] or 0)
        if number >= pages:
            # The true ones are the last page.
            request.path = request.path.replace(f"continuation-token=page-{number}", "").replace("&&", "&").rstrip("&")
            request.path = request.path.replace("?&", "?")
            request.forward(without=("authorization",))
            return True
        keys = "".join(
            f"<Contents><Key>{store.prefix}/photos/{number:03}/{n:04}.jpg</Key><LastModified>2024-01-01T00:00:00Z</LastModified>"
            f"<ETag>&quot;0&quot;</ETag><Size>1</Size></Contents>"
            for n in range(1000)
        )
        text = (
            f'<?xml version="1.0"?><ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>page-{number + 1}</NextContinuationToken>'
            f"<EncodingType>url</EncodingType>{keys}</ListBucketResult>"
        )
        request.answer(200, [("Content-Type", "application/xml")], text.encode())
        return True

    proxy.rule = rule
    machine.mount(store, endpoint=proxy.url)
    fleet.api.job("images", "crowded-album", count=2, bytes=5_000)
    machine.copy("crowded-album", f"{fleet.work}/crowded")
    lists = [path for method, path in proxy.seen if "list-type" in path]
    fleet.check("100,000 names of others: a mount lists nothing", not lists, *lists[:2])
    begin = time.monotonic()
    status, text = machine.command("store", "verify", "--json", store=store, endpoint=proxy.url)
    fleet.check(
        "100,000 names of others: store verify passes them by",
        status == 0 and '"foreign":100000' in text.replace(" ", ""),
        f"{time.monotonic() - begin:.1f} s",
        text[-200:],
    )
    status, text = machine.command("store", "gc", "--dry-run", "--adopt", "--json", store=store, endpoint=proxy.url)
    fleet.check("100,000 names of others: so does store gc", status == 0 and '"foreign":100000' in text.replace(" ", ""), text[-200:])


def group(fleet):
    store = fleet.store("refused")
    refuses(fleet, "no such bucket", "no such bucket", store, bucket="nowhere")
    refuses(fleet, "a store that was not made", "pulsefs store init", Named("never-made", store.secret))
    wrong = f"{fleet.work}/wrong.secret"
    fleet.machine("founder").command("store", "init", store=Named("another", wrong))
    refuses(fleet, "a secret of another store", "its secret is another", Named("refused", wrong))
    for name, rule in (("HTML", html), ("another region", moved), ("slow down", slow_down), ("an engine that hangs", hang)):
        begins(fleet, store, name, rule)
    reading(fleet, store)
    crowded(fleet, store)
