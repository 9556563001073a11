"""Keys that have not been shown a job get nothing of it, and who has the bucket finds nothing in it."""

import os
from finished import difference
from servers import CONTOSO, NORTHWIND, NORTHWIND_2, until

SECRETS = (
    "quarterly-figures",
    "signed-contract",
    "image_0001",
    "result.md",
    "result.json",
    "status.json",
    "northwind",
    "contoso",
    NORTHWIND,
    "completed",
    "markdown",
    "page_count",
    "IHDR",
    "extraction",
)


def found(data, words):
    return [word for word in words if word.encode() in data]


def group(fleet):
    store = fleet.store("secrecy")
    job, single = "quarterly-figures", "signed-contract"
    fleet.api.job("images", job, count=6, bytes=50_000)
    fleet.api.job("single-use", single, bytes=1_000_000)
    first = fleet.machine("first").mount(store)
    first.copy(job, f"{fleet.work}/shown")
    text = first.read(f"jobs/{single}/result.md")
    until(lambda: first.claims("delivered") == 1 and len(fleet.seaweed.engine.names("secrecy/1/b/")) == 6, 30, "all of it is in the store")
    until(first.has_shared_all, 30, "nothing waits to be uploaded")

    stranger = fleet.machine("stranger").mount(store, key=CONTOSO)
    files = [
        f"jobs/{job}/result.md",
        f"jobs/{job}/status.json",
        f"jobs/{job}/images/image_0001.png",
        f"jobs/{single}/result.md",
        f"jobs/{single}/result.json",
    ]
    reads = {file: stranger.read(file) for file in files}
    fleet.check(
        "a key of another organisation gets EACCES and not a byte",
        all(read.error == "EACCES" and not read.data for read in reads.values()),
        *{str(read.error) for read in reads.values()},
    )
    cached = [os.path.join(folder, name) for folder, _, names in os.walk(stranger.cache) for name in names]
    held = [path for path in cached if found(open(path, "rb").read(), ("IHDR", text.data[:40].decode()))]
    fleet.check("nothing of it is in its cache either", not held, *held)

    before = len(fleet.api.about(job))
    colleague = fleet.machine("colleague").mount(store, key=NORTHWIND_2)
    colleague.copy(job, f"{fleet.work}/colleague")
    fleet.check(
        "another key of the same asks the API once, and has the rest from the store",
        len(fleet.api.about(job)) == before + 1 and not difference(f"{fleet.work}/shown", f"{fleet.work}/colleague"),
        f"{len(fleet.api.about(job)) - before} requests",
    )
    fleet.check(
        "a result that can be fetched once too", colleague.read(f"jobs/{single}/result.md").sum == text.sum and fleet.api.links(single) == 1
    )

    words = [
        *SECRETS,
        first.name,
        stranger.name,
        colleague.name,
        fleet.api.place.address,
        text.data[:30].decode(),
        text.data[500_000:500_030].decode(errors="ignore"),
    ]
    with open(f"{store.secret}") as file:
        words.append(file.read().split()[-1][:64])
    engine = fleet.seaweed.engine
    names = engine.names("secrecy/")
    # The API says 200 to the keys of three: six files, a job, two of them by keys, a claim and its result, and the description.
    fleet.check("the store has something to look through", len(names) >= 12, f"{len(names)} objects")
    told = {name: found(name.encode() + b"\n" + engine.get(name), words) for name in names}
    fleet.check(
        "no name and no byte of an object has an id, a name, a key or text",
        not any(told.values()),
        *[f"{name}: {hit}" for name, hit in told.items() if hit],
    )
    # The names of the engine's own files are not the fleet's.
    fleet.seaweed.kill()
    hits = []
    for folder, _, files in os.walk(fleet.seaweed.data):
        for file in files:
            with open(os.path.join(folder, file), "rb") as opened:
                hit = found(opened.read(), words)
            if hit:
                hits.append(f"{file}: {hit}")
    fleet.check("nor have the files of the engine", not hits, *hits)
    fleet.seaweed.start()
    fleet.seaweed.wait()
