#!/usr/bin/env python3
"""Uses mounts on many machines that share one store, for scripts/fleet-test: the directory of the programs, SeaweedFS, and groups."""

import hashlib, json, os, shutil, signal, struct, subprocess, sys, tempfile, threading, time, traceback, urllib.request

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import alone, deaths, failing, finished, lying, once, refused, secrecy, waiting
from machine import Machine
from network import Network
from proxy import Hole, Proxy
from servers import API, Seaweed

GROUPS = {
    "finished": finished.group,
    "waiting": waiting.group,
    "once": once.group,
    "deaths": deaths.group,
    "failing": failing.group,
    "secrecy": secrecy.group,
    "lying": lying.group,
    "refused": refused.group,
    "alone": alone.group,
}


class Store:
    def __init__(self, prefix, secret):
        self.prefix, self.secret = prefix, secret


class Fleet:
    """One API, one engine, and as many machines and stores as are asked for. Ends all of them."""

    def __init__(self, programs, weed):
        self.pulsefs = f"{programs}/pulsefs"
        self.work = tempfile.mkdtemp(prefix="pulse-fleet-")
        os.chmod(self.work, 0o700)
        self.lock, self.machines, self.proxies, self.count = threading.RLock(), [], [], 0
        self.passed, self.failed, self.network, self.api, self.seaweed = 0, [], None, None, None
        self.begin, self.sums, self.is_ending, self.is_interrupted = time.monotonic(), {}, False, False
        try:
            self.network = Network()
            self.api = API(self.network.join("api"), f"{programs}/pulse-emulator")
            self.seaweed = Seaweed(self.network.join("engine"), weed, self.make("engine"))
        except BaseException:
            self.end()
            raise

    def make(self, name):
        os.makedirs(f"{self.work}/{name}")
        return f"{self.work}/{name}"

    def machine(self, name):
        with self.lock:
            self.count += 1
            machine = Machine(self, f"{name}-{self.count}")
            self.machines.append(machine)
            return machine

    def clock(self, shift):
        """The environment of a process whose clock goes so many seconds ahead."""
        library, ahead = f"{self.work}/clock.so", f"{self.work}/clock{shift}"
        with self.lock:
            if not os.path.exists(library):
                source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../Tests/ShiftedClock/ShiftedClock.c")
                subprocess.run(["gcc", "-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror", "-o", library, source, "-ldl"], check=True)
            with open(ahead, "wb") as file:
                file.write(struct.pack("=q", shift))
        return {"LD_PRELOAD": library, "SHIFTED_CLOCK": ahead}

    def proxy(self, rule=None):
        proxy = Proxy((self.seaweed.host, self.seaweed.port), rule)
        self.proxies.append(proxy)
        return proxy

    def hole(self):
        self.proxies.append(Hole())
        return self.proxies[-1]

    def store(self, prefix, endpoint=None):
        """A store that is made now."""
        founder = self.machine("founder")
        store = Store(prefix, f"{self.work}/{prefix}.secret")
        status, text = founder.command("store", "init", store=store, endpoint=endpoint)
        if status != 0:
            raise AssertionError(f"store init: {text}")
        return store

    def expected(self, size):
        """The SHA-256 of the markdown of so many bytes that the emulator makes: as it says itself, and not through a mount."""
        with self.lock:
            if size not in self.sums:
                job = f"reference-{size}"
                self.api.job("single-use", job, bytes=size)
                with urllib.request.urlopen(f"{self.api.url}/large_results/{job}", timeout=120) as answer:
                    text = json.loads(answer.read())["markdown"]
                self.sums[size] = hashlib.sha256(text.encode()).hexdigest()
            return self.sums[size]

    def check(self, name, is_so, *details):
        """One line for each thing that is to be so."""
        with self.lock:
            # What ends because all is ended is no failure.
            if self.is_interrupted:
                return is_so
            if is_so:
                self.passed += 1
            else:
                self.failed.append(name)
            told = "; ".join(" ".join(str(detail).split()) for detail in details)[:600]
            print(f"{'ok  ' if is_so else 'FAIL'}  {name}{': ' if told else ''}{told}", flush=True)
        return is_so

    def run(self, name):
        """A group; what keeps it from going on is a check that fails."""
        begin = time.monotonic()
        print(f"--    {name}", flush=True)
        try:
            GROUPS[name](self)
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:
            traceback.print_exc()
            self.check(f"{name} goes to its end", False, repr(error)[:500])
        # What a group has started does not disturb the next one.
        self.api.ask("DELETE", "faults")
        for proxy in self.proxies:
            proxy.end()
        for machine in self.machines:
            machine.end()
        self.machines, self.proxies = [], []
        print(f"--    {name} took {time.monotonic() - begin:.0f} s", flush=True)

    def end(self):
        with self.lock:
            self.is_ending = True
        for part in [*self.proxies, *self.machines, self.seaweed, self.api]:
            try:
                if part:
                    part.end()
            except Exception as error:
                print(f"while ending: {error!r}", file=sys.stderr)
        left = [line.split()[1] for line in open("/proc/self/mounts") if line.split()[1].startswith(self.work + "/")]
        for point in left:
            subprocess.run(["umount", "-l", point], capture_output=True)
        if self.network:
            self.network.end()
        shutil.rmtree(self.work, ignore_errors=True)
        return left

    def leftovers(self):
        """Mounts, namespaces and processes that are still there."""
        mounts = [line for line in open("/proc/self/mounts") if self.work in line]
        spaces = [name for name in os.listdir("/run/netns") if name.startswith(self.network.prefix)] if os.path.isdir("/run/netns") else []
        processes = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                words = open(f"/proc/{pid}/cmdline", "rb").read().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if self.work in words:
                processes.append(f"{pid} {words[:100]}")
        return mounts + spaces + processes


def main():
    programs, weed, *names = sys.argv[1:]
    for name in names:
        if name not in GROUPS:
            print(f"no group is called {name}; there are: {' '.join(GROUPS)}", file=sys.stderr)
            return 64

    def stop(*_):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        for fleet in fleets:
            fleet.is_interrupted = True
        raise SystemExit(130)

    fleets = []
    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    fleet = Fleet(programs, weed)
    fleets.append(fleet)
    try:
        for name in names or GROUPS:
            fleet.run(name)
    finally:
        fleet.end()
    left = fleet.leftovers()
    fleet.check("nothing is left behind", not left, *left)
    print(f"{fleet.passed} passed, {len(fleet.failed)} failed, in {time.monotonic() - fleet.begin:.0f} s")
    for name in fleet.failed:
        print(f"FAIL  {name}")
    return 1 if fleet.failed else 0


sys.exit(main())
