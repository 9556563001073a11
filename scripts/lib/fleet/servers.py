"""The API (the emulator) and the engine (SeaweedFS), each in a namespace of its own."""

import glob, http.client, json, os, shutil, signal, subprocess, time, urllib.error, urllib.request
import s3

NORTHWIND, NORTHWIND_2, CONTOSO = "pulse-demo-northwind-1", "pulse-demo-northwind-2", "pulse-demo-contoso-1"


def until(condition, limit, what, pause=0.1):
    """Waits for a condition, which may also fail with OSError meanwhile; what it came to."""
    end = time.monotonic() + limit
    while True:
        try:
            value = condition()
            if value:
                return value
        except (OSError, http.client.HTTPException, s3.Refused):
            pass
        if time.monotonic() > end:
            raise AssertionError(f"not within {limit} s: {what}")
        time.sleep(pause)


class API:
    def __init__(self, place, program):
        self.place = place
        self.url = f"http://{place.address}:8000"
        words = place.words(program, "--host", place.address, "--port", "8000", "--exit-with-parent")
        self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        if "listening" not in self.process.stdout.readline():
            raise RuntimeError("the emulator has not started")

    def ask(self, method, path, body=None):
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(f"{self.url}/_emulator/{path}", data, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())

    def requests(self, prefix=""):
        return self.ask("GET", f"requests?prefix={prefix}")["requests"]

    def about(self, job, method=None):
        """Requests about a job, its files and its link."""
        return [
            request
            for request in self.requests()
            if request["path"] in (f"/job/{job}", f"/large_results/{job}") or request["path"].startswith(f"/results/{job}/")
            if method in (None, request["method"])
        ]

    def links(self, job):
        return len([request for request in self.about(job) if request["path"].startswith("/large_results/")])

    def job(self, kind, name, **more):
        self.ask("POST", "jobs", {"kind": kind, "id": name} | more)

    def fault(self, effect, **more):
        self.ask("POST", "faults", {"effect": effect} | more)

    def stalled(self, job):
        return [request for request in self.about(job) if request["progress"] == "stalled"]

    def end(self):
        self.process.terminate()
        self.process.wait(20)


IDENTITIES = {
    "identities": [
        {
            "name": "fleet",
            "credentials": [{"accessKey": s3.ACCESS, "secretKey": s3.SECRET}],
            "actions": ["Admin", "Read", "Write", "List", "Tagging"],
        },
        {
            "name": "other",
            "credentials": [{"accessKey": s3.OTHER, "secretKey": s3.OTHER_SECRET}],
            "actions": ["Admin", "Read", "Write", "List", "Tagging"],
        },
        {"name": "reader", "credentials": [{"accessKey": s3.READER, "secretKey": s3.READER_SECRET}], "actions": ["Read", "List"]},
    ]
}


PORTS = "s3.port", "s3.port.grpc", "master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port", "filer.port.grpc"


class Seaweed:
    def __init__(self, place, program, directory):
        self.place, self.program, self.directory = place, program, directory
        self.data, self.log = f"{directory}/data", f"{directory}/log"
        os.makedirs(self.data)
        with open(f"{directory}/s3.json", "w") as file:
            json.dump(IDENTITIES, file)
        # It has sockets in /tmp that are called by its ports, and which namespaces do not keep apart.
        base = 20_000 + os.getpid() % 2_500 * 16
        self.ports = {name: base + number for number, name in enumerate(PORTS)}
        self.host, self.port = place.address, self.ports["s3.port"]
        self.url = f"http://{self.host}:{self.port}"
        self.engine = s3.Engine(self.host, self.port)
        self.process = None
        self.start()
        # A fresh server says 500 for a while before its parts have found each other.
        until(lambda: self.engine.ask("PUT")[0] == 200, 60, "a bucket", 0.3)

    def start(self):
        words = self.place.words(
            self.program,
            "-logtostderr=true",
            "server",
            f"-dir={self.data}",
            f"-ip={self.host}",
            f"-ip.bind={self.host}",
            "-master.telemetry=false",
            "-master.volumeSizeLimitMB=256",
            "-volume.max=40",
            "-filer",
            "-s3",
            f"-s3.config={self.directory}/s3.json",
            "-s3.iam=false",
            "-s3.port.iceberg=0",
            "-s3.port.lance=0",
            "-s3.autoCreateBucket=false",
            *(f"-{name}={port}" for name, port in self.ports.items()),
        )
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.directory)

    def answers(self):
        """It says of an object that is not there that it is not: all of its parts are there."""
        return self.engine.ask("GET", "nothing")[0] == 404

    def wait(self):
        until(self.answers, 90, "SeaweedFS answers", 0.2)

    def kill(self):
        self.process.kill()
        self.process.wait(20)

    def stop(self):
        """With everything on its disk."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()

    def keep(self, name):
        """A copy of its data; it is stopped."""
        shutil.copytree(self.data, f"{self.directory}/{name}")

    def forget(self, name):
        """It has an older copy of its data again; it is stopped."""
        shutil.rmtree(self.data)
        os.rename(f"{self.directory}/{name}", self.data)

    def end(self):
        if self.process and self.process.poll() is None:
            self.kill()
        for port in self.ports.values():
            for path in glob.glob(f"/tmp/seaweedfs-*-{port}.sock"):
                os.unlink(path)
