"""A large result that can be fetched only once, wanted on five machines at the same time."""

import subprocess, time
from machine import together

SIZE = 200_000_000


def group(fleet):
    job, store = "once-for-five", fleet.store("once")
    fleet.api.job("single-use", job, bytes=SIZE)
    machines = [fleet.machine("wants") for _ in range(5)]
    together(*(lambda machine=machine: machine.mount(store, options=["--timeout", "240s"]) for machine in machines))
    begin = time.monotonic()

    def read(machine):
        outcome = subprocess.run(["sha256sum", machine.path(f"jobs/{job}/result.md")], capture_output=True, text=True, timeout=300)
        return outcome.stdout.split()[0] if outcome.returncode == 0 else outcome.stderr

    sums = together(*(lambda machine=machine: read(machine) for machine in machines))
    took = time.monotonic() - begin
    fleet.check("the link is asked once", fleet.api.links(job) == 1, f"{fleet.api.links(job)} times")
    fleet.check(
        "five machines read the same", len(set(sums)) == 1 and len(sums[0]) == 64, f"{SIZE} bytes each, all in {took:.0f} s", *set(sums)
    )
    # Straight from whoever made it: what the emulator's text is, by another way than through a mount.
    expected = fleet.expected(SIZE)
    fleet.check("it is what the API has", sums[0] == expected)
    claimed = [machine.claims("claimed") for machine in machines]
    taken = [machine.claims("taken") for machine in machines]
    fleet.check("one has claimed it, four have it from the store", sum(claimed) == 1 and sum(taken) == 4, claimed, taken)
    results = [name for name in fleet.seaweed.engine.names("once/keep/") if "/result-" in name]
    fleet.check("it is in the store once", len(results) == 1, len(results))
    fleet.check("nobody was taken over from", all(machine.claims("taken_over") == 0 for machine in machines))
