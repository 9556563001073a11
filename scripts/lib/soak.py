#!/usr/bin/env python3
"""Uses mounts of one cache for a long time and looks at what grows, for scripts/soak: HOURS, and the directory of the programs."""
import glob, hashlib, json, os, random, shutil, signal, subprocess, sys, tempfile, threading, time, urllib.request

hours, programs = float(sys.argv[1]), sys.argv[2]
pulsefs = f"{programs}/pulsefs"
work = tempfile.mkdtemp(prefix="pulsefs-soak-")
cache, key_file = f"{work}/cache", f"{work}/key"
mounts = [f"{work}/mnt0", f"{work}/mnt1"]
keys = [("pulse-demo-northwind-1", "northwind-1"), ("pulse-demo-northwind-2", "northwind-2")]
# Jobs come round again, so that what is right stays as large as it is.
job_ids = [f"soak-{number:03}" for number in range(120)]
images, image_size, text_size = 6, 60_000, 30_000
environment = {name: value for name, value in os.environ.items() if not name.startswith("PULSE")}
environment.update(XDG_CONFIG_HOME="/nonexistent", PULSE_CONFIG_DIR="/nonexistent")

end = time.monotonic() + hours * 3600
stop = threading.Event()
gate = threading.RLock()  # held while a mount is killed or the API fails: errors are right then
expected, counts, wrong, history = {}, {}, [], []
pids = [0, 0]


def count(name, more=1):
    with gate:
        counts[name] = counts.get(name, 0) + more


def blame(text):
    """Something is wrong: what happened before, and what the mounts say."""
    with gate:
        wrong.append(f"{time.monotonic() - start:.1f} s: {text}")
        if len(wrong) > 1:
            return
    for line in history[-12:]:
        print(line)
    for number in (0, 1):
        print(f"the log of mount {number}:", run("tail", "-n", "12", f"{mounts[number]}/.pulsefs/log", check=False).stdout)


def ask(method, path, body=None, headers=None):
    request = urllib.request.Request(api + path, json.dumps(body).encode() if body is not None else None, headers or {}, method=method)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.read()


def write_key(value):
    with open(key_file + ".new", "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
        file.write(value + "\n")
    os.rename(key_file + ".new", key_file)


def run(*words, check=True):
    return subprocess.run(words, env=environment, capture_output=True, text=True, check=check, timeout=120)


def mount(number):
    os.makedirs(mounts[number], exist_ok=True)
    run(pulsefs, "mount", "--api-url", api, "--cache-dir", cache, "--api-key-file", key_file, "--auth-ttl", "5s", "--timeout", "5s",
        "--cache-size", "40M", mounts[number])
    pids[number] = json.loads(run(pulsefs, "status", "--json", mounts[number]).stdout)[0]["pid"]


def read(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def reader(number):
    """Reads files of a mount; what is not as it was made is kept in `wrong`."""
    chance = random.Random(number)
    while not stop.wait(0.02):
        job = chance.choice(job_ids)
        files = ["result.md", "result.json", "status.json", "contents.md"] + [f"images/image_{n + 1:04}.png" for n in range(images)]
        point = mounts[0 if number else chance.randrange(2)]
        chosen = chance.sample(files, 3)
        disturbed = disturbances[0]
        for name in chosen:
            try:
                found = read(f"{point}/jobs/{job}/{name}")
                count("reads")
            except OSError as error:
                count("errors")
                if disturbed == disturbances[0] and disturbances[1] == 0:
                    blame(f"{point[-4:]}/jobs/{job}/{name}: {error.strerror}")
                continue
            if name == "status.json" or name == "contents.md":
                continue
            if name == "result.json":
                # It names the job.
                name = f"{job}/{name}"
            with gate:
                first = expected.setdefault(name, found)
            if first != found:
                blame(f"{point[-4:]}/jobs/{job}/{name}: other bytes than before")
        if chance.random() < 0.05:
            try:
                os.listdir(f"{point}/jobs")
                os.listdir(f"{point}/jobs/{job}")
            except OSError:
                count("errors")


disturbances = [0, 0]  # how many there were, how many are going on


class Disturbed:
    """While something is done that makes errors right; and for as long after it as the product may take to notice."""

    def __init__(self, after):
        self.after = after

    def __enter__(self):
        with gate:
            disturbances[0] += 1
            disturbances[1] += 1

    def __exit__(self, *_):
        stop.wait(self.after)
        with gate:
            disturbances[0] += 1
            disturbances[1] -= 1


def disturb():
    chance, key = random.Random(7), 0
    while not stop.wait(chance.uniform(1, 4)):
        what = chance.choice(["kill", "outage", "prune", "rotate", "remount", "forget", "job"])
        count(what)
        history.append(f"{time.monotonic() - start:.1f} s: {what}")
        if what == "kill":
            with Disturbed(1):
                os.kill(pids[1], signal.SIGKILL)
                time.sleep(0.2)
                run("umount", "-l", mounts[1], check=False)
                mount(1)
        elif what == "remount":
            with Disturbed(1):
                # A reader may have a file open just then.
                if run(pulsefs, "unmount", mounts[1], check=False).returncode != 0:
                    run(pulsefs, "unmount", "--lazy", mounts[1])
                mount(1)
        elif what == "outage":
            with Disturbed(12):
                ask("POST", "/_emulator/faults", chance.choice([
                    {"effect": "status", "status": 503}, {"effect": "reset-before-headers"}, {"effect": "html"},
                    {"effect": "cut-body", "after_bytes": 5000}, {"effect": "delay", "milliseconds": 300}]) | {"regex": "^/(job|results)/"})
                stop.wait(3)
                ask("DELETE", "/_emulator/faults")
        elif what == "prune":
            run(pulsefs, "cache", "prune", "--cache-dir", cache, "--to", "10M")
        elif what == "rotate":
            key = 1 - key
            with Disturbed(10):
                write_key(keys[key][0])
        elif what == "forget":
            with Disturbed(1):
                run(pulsefs, "jobs", "forget", "--cache-dir", cache, chance.choice(job_ids), check=False)
        elif what == "job":
            ask("POST", "/_emulator/jobs", job_order(chance.choice(job_ids)))


def job_order(job):
    return {"kind": "images", "id": job, "count": images, "bytes": image_size}


def sample():
    status = dict(line.split(":", 1) for line in open(f"/proc/{pids[0]}/status") if ":" in line)
    requests = json.loads(ask("GET", "/_emulator/requests?prefix=/results"))
    count("requests", len(requests["requests"]))
    ask("DELETE", "/_emulator/requests")
    return {
        "RSS, MB": int(status["VmRSS"].split()[0]) / 1024,
        "anonymous memory, MB": int(status["RssAnon"].split()[0]) / 1024,
        "descriptors": len(os.listdir(f"/proc/{pids[0]}/fd")),
        "threads": int(status["Threads"]),
        "files of the cache": sum(len(files) for _, _, files in os.walk(cache)),
        "index, MB": sum(os.path.getsize(path) for path in glob.glob(f"{cache}/index.sqlite*")) / 1e6,
        "cache, MB": int(run("du", "-sk", cache, check=False).stdout.split()[0]) / 1000,
    }


# How much each may be more in the last quarter than in the second, beside a tenth of it: what comes and goes. A mount keeps up to some
# hundreds of files of the cache open.
noise = {"RSS, MB": 6, "anonymous memory, MB": 6, "descriptors": 200, "threads": 4, "files of the cache": 60, "index, MB": 1.5, "cache, MB": 6}
# And how much each may be at all: 256 files of the cache stay open, and what is fetched takes some.
most = {"descriptors": 600}


def slope(points):
    """Least squares: units for each hour."""
    n = len(points)
    mean_x, mean_y = sum(x for x, _ in points) / n, sum(y for _, y in points) / n
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return 3600 * sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else 0


def median(values):
    return sorted(values)[len(values) // 2]


emulator = subprocess.Popen([f"{programs}/pulse-emulator", "--port", "0", "--exit-with-parent"], stdout=subprocess.PIPE, env=environment, text=True)
status = 0
start = time.monotonic()
try:
    api = emulator.stdout.readline().strip().split()[-1]
    for job in job_ids:
        ask("POST", "/_emulator/jobs", job_order(job))
    write_key(keys[0][0])
    for number in (0, 1):
        mount(number)
    threads = [threading.Thread(target=reader, args=(number,), daemon=True) for number in range(3)]
    threads.append(threading.Thread(target=disturb, daemon=True))
    for thread in threads:
        thread.start()
    samples = []
    pause = max(1.0, min(30.0, hours * 3600 / 60))
    while time.monotonic() < end:
        time.sleep(min(pause, max(0.1, end - time.monotonic())))
        samples.append((time.monotonic() - start, sample()))
        if not threads[-1].is_alive():
            raise RuntimeError("what disturbs has ended; its reason stands above")
        if wrong:
            break
    stop.set()
    for thread in threads:
        thread.join(60)
    print(", ".join(f"{name} {number}" for name, number in sorted(counts.items())))
    late, early = samples[3 * len(samples) // 4:], samples[len(samples) // 4:len(samples) // 2]
    for name in noise if early and late else []:
        # Pages of the program's own files come with work and go with rest: what is left at rest is what counts.
        typical = min if name.startswith("RSS") else median
        before, after = (typical([values[name] for _, values in part]) for part in (early, late))
        grows = after > before * 1.1 + noise[name]
        exceeds = name in most and after > most[name]
        per_hour = slope([(at, values[name]) for at, values in samples[len(samples) // 4:]])
        print(f"{'GROWS ' if grows else ''}{'TOO MANY ' if exceeds else ''}{name}: {before:.1f} in the second quarter, {after:.1f} in the last, {per_hour:+.2f} an hour")
        status |= grows or exceeds
    for text in wrong[:10]:
        print(f"WRONG {text}")
    status |= bool(wrong)
finally:
    stop.set()
    for number, point in enumerate(mounts):
        run("umount", "-l", point, check=False)
        if pids[number]:
            try:
                os.kill(pids[number], signal.SIGTERM)
            except ProcessLookupError:
                pass
    emulator.terminate()
    time.sleep(1)
    shutil.rmtree(work, ignore_errors=True)
sys.exit(status)
