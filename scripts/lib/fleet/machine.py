"""A machine of the fleet: a namespace, a name, a home, a cache and a mount of its own."""

import hashlib, json, os, re, signal, subprocess, sys, threading, time
import s3
from servers import NORTHWIND, until

# Reads a file as a program does, a piece at a time, and ends with the name of the error.
READER = """
import errno, os, sys
try:
    file = os.open(sys.argv[1], os.O_RDONLY)
    while piece := os.read(file, 1 << 20):
        view = memoryview(piece)
        while view:
            view = view[os.write(1, view):]
except OSError as error:
    sys.stderr.write(errno.errorcode[error.errno])
    sys.exit(1)
"""
# Becomes a machine of this name, and then the command.
NAMED = 'printf %s "$1" > /proc/sys/kernel/hostname; shift; exec "$@"'


class NotMounted(Exception):
    pass


class Read:
    """What a program got: all of a file, or an error and what came before it."""

    def __init__(self, data, error, seconds):
        self.data, self.error, self.seconds = data, error, seconds

    @property
    def sum(self):
        return hashlib.sha256(self.data).hexdigest()

    def __repr__(self):
        return f"{self.error or 'whole'}, {len(self.data)} bytes, {self.seconds:.2f} s"


class Machine:
    def __init__(self, fleet, name):
        self.fleet, self.name = fleet, name
        self.place = fleet.network.join(name)
        self.home = f"{fleet.work}/{name}"
        self.point, self.cache, self.said = f"{self.home}/mnt", f"{self.home}/cache", f"{self.home}/said"
        os.makedirs(self.point)
        self.process, self.started, self.pokes = None, [], 0

    # What is started there

    def environment(self, key, endpoint, more):
        found = {
            "PATH": os.environ["PATH"],
            "HOME": self.home,
            "LANG": "C.UTF-8",
            "PULSE_API_KEY": key,
            "AWS_ENDPOINT_URL_S3": endpoint or self.fleet.seaweed.url,
            "AWS_ACCESS_KEY_ID": s3.ACCESS,
            "AWS_SECRET_ACCESS_KEY": s3.SECRET,
        } | more
        return {name: value for name, value in found.items() if value}

    def words(self, *words):
        return self.place.words("unshare", "--uts", "sh", "-c", NAMED, "sh", self.name, *words)

    @staticmethod
    def store_words(store):
        if store is None:
            return []
        return ["--store", f"s3://{s3.BUCKET}/{store.prefix}", "--store-secret-file", store.secret, "--store-plain-http"]

    def command(self, *words, store=None, key=NORTHWIND, endpoint=None, environment={}, limit=120):
        """A pulsefs command there; its status, and all that it says."""
        process = self.start(self.words(self.fleet.pulsefs, *words, *self.store_words(store)), self.environment(key, endpoint, environment))
        try:
            out, errors = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        return process.returncode, (out + errors).decode(errors="replace")

    def start(self, words, environment=None, out=subprocess.PIPE, errors=subprocess.PIPE):
        """A process that does not outlive this one."""
        with self.fleet.lock:
            if self.fleet.is_ending:
                raise SystemExit(130)
            process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=out, stderr=errors, env=environment)
            self.started.append(process)
            return process

    def common(self):
        return ["--api-url", self.fleet.api.url, "--cache-dir", self.cache]

    def mount(self, store=None, key=NORTHWIND, endpoint=None, options=(), environment={}, before=()):
        """`before` are words that start the daemon in their place."""
        words = [*before, self.fleet.pulsefs, "mount", "--foreground", *self.common(), *self.store_words(store), *options, self.point]
        with open(self.said, "ab") as said:
            begin = said.tell()
            self.process = self.start(self.words(*words), self.environment(key, endpoint, environment), said, said)

        def is_there():
            with open(self.said, "rb") as said:
                said.seek(begin)
                text = said.read()
            if self.process.poll() is not None:
                raise NotMounted(text.decode(errors="replace"))
            return b"mounted " in text

        until(is_there, 60, f"{self.name} mounts", 0.02)
        return self

    def unmount(self, limit=90):
        for _ in range(100):
            if subprocess.run(["umount", self.point], capture_output=True).returncode == 0:
                break
            time.sleep(0.05)
        else:
            subprocess.run(["umount", "-l", self.point], capture_output=True)
        self.process.wait(limit)

    def signal(self, number):
        self.process.send_signal(number)

    def kill(self):
        """As when its power fails; the mount that is left is taken away."""
        self.process.kill()
        self.process.wait(20)
        subprocess.run(["umount", "-l", self.point], capture_output=True)

    def end(self):
        for process in self.started:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
                process.wait(20)
        subprocess.run(["umount", "-l", self.point], capture_output=True)

    # What is read there

    def path(self, file):
        return f"{self.point}/{file}"

    def read(self, file, limit=100):
        begin = time.monotonic()
        reader = self.start_reading(file)
        try:
            data, error = reader.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            reader.kill()
            reader.communicate()
            return Read(b"", f"nothing in {limit} s", time.monotonic() - begin)
        return Read(data, error.decode() or None, time.monotonic() - begin)

    def start_reading(self, file):
        """A program that reads it, and goes on doing so."""
        return self.start([sys.executable, "-SE", "-c", READER, self.path(file)])

    def look_until(self, file, limit, accepted=("ETIMEDOUT",)):
        """Looks again while it is told to; how it ended, all errors that it met, and the seconds in all."""
        begin, met = time.monotonic(), []
        while True:
            found = self.read(file, max(1, limit - (time.monotonic() - begin)))
            if found.error is None or found.error not in accepted or time.monotonic() - begin > limit:
                return found, met, time.monotonic() - begin
            met.append(found.error)
            time.sleep(0.5)

    def copy(self, job, target):
        """All of a job, as `cp -r` copies it."""
        outcome = subprocess.run(["cp", "-r", self.path(f"jobs/{job}"), target], capture_output=True, text=True, timeout=300)
        if outcome.returncode != 0:
            raise AssertionError(f"cp on {self.name}: {outcome.stderr[:500]}")

    def poke(self):
        """Looks for a job that nobody knows: a store that was lost is asked for whether it is back when somebody needs it."""
        self.pokes += 1
        self.read(f"jobs/nobody-knows-{self.name}-{self.pokes}/status.json")

    def until_back(self, limit=40):
        def is_back():
            self.poke()
            return self.metric('pulsefs_store_state{state="ok"}') == 1

        until(is_back, limit, f"{self.name} uses the store", 0.5)

    # What it says

    def text(self, file):
        return self.read(file).data.decode(errors="replace")

    def metric(self, name):
        for line in self.text(".pulsefs/metrics").splitlines():
            if line.startswith(name + " "):
                return float(line.split()[-1])
        return None

    def has_shared_all(self):
        """Nothing waits to be uploaded: what stands in the store by then is more than the word that a file is being fetched."""
        return self.metric("pulsefs_store_outbox_bytes") == 0

    def claims(self, outcome):
        return self.metric('pulsefs_store_claims_total{outcome="%s"}' % outcome) or 0

    def events(self, kind):
        return len(re.findall(rf"\b{kind}\b", self.text(".pulsefs/log")))

    def warnings(self):
        """Lines about the store that its daemon has written."""
        with open(self.said, errors="replace") as said:
            return [line.strip() for line in said if "shared store" in line and "an operation failed" not in line]

    def explain(self, file):
        status, text = self.command("explain", self.path(file))
        return text

    def doctor(self, store, **more):
        _, text = self.command("doctor", "--json", *self.common(), store=store, **more)
        checks = json.JSONDecoder().raw_decode(text[text.index("{") :])[0]["checks"]
        return next((check for check in checks if check["name"] == "store"), None)


def together(*works):
    """Runs all at once; what each came to, or the first error after all have ended."""
    outcomes = [None] * len(works)

    def run(number, work):
        try:
            outcomes[number] = (work(), None)
        except BaseException as error:
            outcomes[number] = (None, error)

    threads = [threading.Thread(target=run, args=pair, daemon=True) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        while thread.is_alive():
            thread.join(0.5)
    for _, error in outcomes:
        if error:
            raise error
    return [value for value, _ in outcomes]
