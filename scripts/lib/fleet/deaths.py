"""A claimant is killed at each step of the protocol, as the table of single use in docs/store.md has them. All at once: each has a job,
two machines and, where a request has to be held, a proxy of its own."""

import re, shutil, threading, time
from machine import together
from servers import until

SIZE, LARGE = 3_000_000, 80_000_000
TAKEOVER = 75


class Death:
    def __init__(self, fleet, store, name, size=SIZE, rule=None):
        self.fleet, self.store, self.name, self.job = fleet, store, name, "dies-" + re.sub("[^a-z]+", "-", name)
        fleet.api.job("single-use", self.job, bytes=size)
        self.size, self.file = size, f"jobs/{self.job}/result.md"
        self.proxy = fleet.proxy(rule) if rule else None
        self.first, self.second = fleet.machine("first"), fleet.machine("second")
        self.first.mount(store, endpoint=self.proxy.url if self.proxy else None)

    def check(self, name, is_so, *details):
        self.fleet.check(f"{self.name}: {name}", is_so, *details)

    def kill_when(self, condition=None):
        """Somebody reads on the first machine, which is killed when it is at that step."""
        reader = self.first.start_reading(self.file)
        if condition:
            until(condition, 90, f"{self.name}: the step at which it is killed", 0.02)
        else:
            self.proxy.wait(120)
        self.first.kill()
        reader.kill()
        if self.proxy:
            self.proxy.rule = None
            self.proxy.released.set()
        self.killed = time.monotonic()

    def begin_second(self):
        self.second.mount(self.store)

    def expect_whole(self, links, limit, at_least=0):
        """The second machine has it within so long after the death, of so many requests to the link in all."""
        found, met, _ = self.second.look_until(self.file, limit + 30)
        took = time.monotonic() - self.killed
        self.check(
            "the second machine has it whole", found.error is None and found.sum == self.fleet.expected(self.size), found, *sorted(set(met))
        )
        self.check(f"within {limit} s", at_least <= took <= limit, f"{took:.0f} s after the death")
        self.check(f"the link was asked {links} times", self.fleet.api.links(self.job) == links, self.fleet.api.links(self.job))
        self.expect_deliverer(self.second)

    def expect_deliverer(self, machine):
        """Explain says who has put it into the store, when it is there."""
        said = [""]

        def is_said():
            said[0] = self.second.explain(self.file)
            return f"{machine.name} did, and put it into the shared store" in said[0]

        try:
            until(is_said, 30, "explain says who has put it there", 0.5)
            self.check("explain says who has put it there", True)
        except AssertionError:
            self.check("explain says who has put it there", False, said[0])

    def expect_gone(self, links):
        """Nobody can have it now, and both files and explain say who had it."""
        found, met, took = self.second.look_until(self.file, TAKEOVER + 30)
        took = time.monotonic() - self.killed
        self.check(
            "the second machine is told that it is gone", found.error == "ENOENT" and not found.data, found, f"{took:.0f} s after the death"
        )
        told = self.second.text(f"jobs/{self.job}/error.txt")
        self.check(
            "error.txt names the machine that had it",
            self.first.name in told,
            [line for line in told.splitlines() if self.first.name in line],
        )
        said = self.second.explain(self.file)
        self.check("explain says what the API told whom", f"The API told {self.second.name}" in said)
        self.check(f"the link was asked {links} times", self.fleet.api.links(self.job) == links, self.fleet.api.links(self.job))

    def expect_brought(self, what, bring, links, limit=60):
        """Somebody brings it, and the second machine has it soon after that."""
        begin = time.monotonic()
        bring()
        found, _, _ = self.second.look_until(self.file, limit, ("ENOENT", "ETIMEDOUT"))
        self.check(
            f"{what}, and the second machine has it",
            found.error is None and found.sum == self.fleet.expected(self.size),
            found,
            f"after {time.monotonic() - begin:.0f} s",
        )
        self.check("the link was asked no more", self.fleet.api.links(self.job) == links, self.fleet.api.links(self.job))

    def mount_again(self):
        self.first.mount(self.store)


def before_the_claim(fleet, store):
    death = Death(fleet, store, "before the claim", rule=lambda request: request.is_claim and request.hold())
    death.kill_when()
    death.begin_second()
    death.expect_whole(1, 15)


def claim_unanswered(fleet, store):
    death = Death(
        fleet, store, "after the claim, its answer lost", rule=lambda request: request.is_claim and request.forward(answered=False)
    )
    death.kill_when()
    death.begin_second()
    death.expect_whole(1, TAKEOVER, 55)
    death.check("it was taken over", death.second.claims("taken_over") == 1 and death.second.events("claim_taken_over") == 1)


def link_unanswered(fleet, store):
    death = Death(fleet, store, "after the claim, before the download")
    fleet.api.fault("stall-before-headers", path=f"/large_results/{death.job}", count=1)
    death.kill_when(lambda: fleet.api.stalled(death.job))
    death.begin_second()
    death.expect_whole(2, TAKEOVER, 55)


def during_the_download(fleet, store):
    death = Death(fleet, store, "during the download")
    fleet.api.fault("stall-body", path=f"/large_results/{death.job}", count=1, after_bytes=SIZE // 2)
    death.kill_when(lambda: fleet.api.stalled(death.job))
    death.begin_second()
    waiting = death.second.start_reading(death.file)
    until(lambda: death.first.name in death.second.explain(death.file), 40, "explain names the claimant")
    death.check(
        "explain names the claimant while it is silent", "another machine takes over after 60 s" in death.second.explain(death.file)
    )
    death.expect_whole(2, TAKEOVER, 55)
    waiting.kill()


def with_its_disk(fleet, store):
    death = Death(fleet, store, "after the last byte, with its disk", rule=lambda request: request.is_upload and request.hold())
    death.kill_when()
    shutil.rmtree(death.first.cache)
    shutil.rmtree(f"{death.first.home}/.local", ignore_errors=True)
    death.begin_second()
    death.expect_gone(2)
    time.sleep(35)
    death.check("and nobody asks again", fleet.api.links(death.job) == 2 and death.second.read(death.file).error == "ENOENT")


def before_the_upload(fleet, store):
    death = Death(fleet, store, "after the download, before the upload", rule=lambda request: request.is_upload and request.hold())
    death.kill_when()
    death.begin_second()
    death.expect_gone(2)
    death.expect_brought("the first mounts again", death.mount_again, 2)
    death.check("the first has it still", death.first.read(death.file).sum == fleet.expected(SIZE) and fleet.api.links(death.job) == 2)


def during_the_upload(fleet, store):
    death = Death(
        fleet,
        store,
        "during the upload",
        rule=lambda request: request.method == "PUT" and request.is_upload and request.forward(only=request.length // 2),
    )
    death.kill_when()
    death.begin_second()
    death.expect_gone(2)
    death.expect_brought("the first mounts again", death.mount_again, 2)


def between_two_parts(fleet, store):
    death = Death(
        fleet,
        store,
        "between two parts of the upload",
        LARGE,
        lambda request: request.is_upload and "partNumber=2" in request.path and request.forward(only=request.length // 2),
    )
    death.kill_when()
    death.begin_second()
    death.expect_gone(2)
    death.expect_brought("the first mounts again", death.mount_again, 2)


def upload_done(request):
    """The result goes up, and then nothing is said of it."""
    if request.is_upload:
        request.forward()
        request.proxy.is_up = True
        return True
    return request.is_claim and getattr(request.proxy, "is_up", False) and request.hold()


def undelivered_and_back(fleet, store):
    death = Death(fleet, store, "after the upload, before delivered", rule=upload_done)
    death.kill_when()
    death.begin_second()
    death.expect_gone(2)
    death.expect_brought("the first mounts again", death.mount_again, 2)


def undelivered_and_adopted(fleet, store, adopting):
    death = Death(fleet, store, "after the upload, before delivered, for good", rule=upload_done)
    death.kill_when()
    death.begin_second()
    death.expect_gone(2)
    adopting.wait()
    said = []

    def adopt():
        said.append(death.second.command("store", "gc", "--adopt", "--json", store=store))

    death.expect_brought("store gc --adopt finds it", adopt, 2)
    death.check("and says so", said and said[0][0] == 0 and '"adopted"' in said[0][1], said[0][1][:200])


def unanswered_delivery(fleet, store):
    def rule(request):
        if request.is_upload:
            request.forward()
            request.proxy.is_up = True
            return True
        return request.is_claim and getattr(request.proxy, "is_up", False) and request.forward(answered=False)

    death = Death(fleet, store, "delivered, its answer lost", rule=rule)
    death.kill_when()
    death.begin_second()
    found = death.second.read(death.file)
    death.check("the second machine has it whole at once", found.error is None and found.sum == fleet.expected(SIZE), found)
    death.check("the link was asked once", fleet.api.links(death.job) == 1)
    death.expect_deliverer(death.first)


class Gate:
    """Opens when so many have ended."""

    def __init__(self, count):
        self.left, self.condition = count, threading.Condition()

    def around(self, work):
        def run():
            try:
                return work()
            finally:
                with self.condition:
                    self.left -= 1
                    self.condition.notify_all()

        return run

    def wait(self):
        with self.condition:
            self.condition.wait_for(lambda: self.left <= 0, 300)


def group(fleet):
    for size in (SIZE, LARGE):
        fleet.expected(size)
    store = fleet.store("deaths")
    # What is brought by whoever comes back is not to be adopted meanwhile.
    works = [
        before_the_claim,
        claim_unanswered,
        link_unanswered,
        during_the_download,
        with_its_disk,
        before_the_upload,
        during_the_upload,
        between_two_parts,
        undelivered_and_back,
        unanswered_delivery,
    ]
    gate = Gate(len(works))
    together(*(gate.around(lambda work=work: work(fleet, store)) for work in works), lambda: undelivered_and_adopted(fleet, store, gate))
