"""One machine polls a running job for all that wait for it."""

import subprocess, time
from machine import together
from servers import until

JOB = "contract-review-0311"


def polls_of_one(seconds):
    """As many answers as one mount has had after so long, by its own intervals, and one more."""
    passed, interval, count = 0, 1, 2
    while passed < seconds:
        passed += interval
        interval = min(interval * 1.5, 10)
        count += 1
    return count


def group(fleet):
    store = fleet.store("waiting")
    machines = [fleet.machine("waits") for _ in range(20)]
    together(*(lambda machine=machine: machine.mount(store) for machine in machines))
    fleet.api.ask("DELETE", "requests")
    begin, ended, asked_before = time.monotonic(), [None], [0]

    def wait_for(number, machine):
        if number % 5 == 3:
            status, text = machine.command("wait", JOB, *machine.common(), store=store, limit=180)
            outcome = "completed" if status == 0 else text
        elif number % 5 == 4:

            def is_over():
                names = subprocess.run(["ls", machine.path(f"jobs/{JOB}")], capture_output=True, text=True, timeout=60).stdout.split()
                return "result.md" in names

            until(is_over, 180, "ls shows result.md", 1)
            outcome = "completed"
        else:
            outcome = machine.read(f"jobs/{JOB}/.wait", 180)
            outcome = outcome.error or outcome.data.decode().strip()
        delay = time.monotonic() - ended[0] if ended[0] else -1
        return outcome, delay, machine.read(f"jobs/{JOB}/result.md")

    def end_it():
        time.sleep(40)
        asked_before[0] = len(fleet.api.about(JOB))
        fleet.api.job("inline", JOB, bytes=5_000)
        ended[0] = time.monotonic()

    outcomes = together(end_it, *(lambda pair=pair: wait_for(*pair) for pair in enumerate(machines)))[1:]
    took = time.monotonic() - begin
    asked = len(fleet.api.about(JOB, "GET"))
    # Of those who looked first, one asks; a look that comes as somebody begins to poll may be one more.
    most = polls_of_one(took)
    fleet.check(
        "20 mounts wait for a job with the polls of one", asked <= most, f"{asked} requests in {took:.0f} s, one alone has {most} at most"
    )
    fleet.check("it was polled while they waited", asked_before[0] >= 5, f"{asked_before[0]} requests before its end")
    words = [outcome[0] for outcome in outcomes]
    fleet.check("all of them see its end, with cat .wait, pulsefs wait and ls", words == ["completed"] * 20, set(words))
    delays = sorted(outcome[1] for outcome in outcomes)
    fleet.check("within 13 s", 0 <= delays[0] and delays[-1] <= 13.5, f"first {delays[0]:.1f} s, last {delays[-1]:.1f} s")
    texts = {outcome[2].sum for outcome in outcomes if outcome[2].error is None}
    fleet.check(
        "and read the same result",
        len(texts) == 1 and all(outcome[2].error is None and outcome[2].data for outcome in outcomes),
        *{str(outcome[2].error) for outcome in outcomes},
    )
