"""Network namespaces on one bridge: one for the driver, and one for each server and each machine. Nothing of it can be reached from
outside, and nothing in it can reach the outside."""

import ctypes, os, subprocess

HUB = "10.214.0.1"
CLONE_NEWNET = 0x40000000


def ip(*words):
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)


class Network:
    """The process that makes one is in its hub from then on, and what it starts too. It is to be made before any thread."""

    def __init__(self):
        self.prefix = f"pulse-fleet-{os.getpid()}-"
        self.names, self.next = [], 2
        self.hub = self._add("hub")
        ip("-n", self.hub, "link", "add", "bridge", "type", "bridge")
        ip("-n", self.hub, "addr", "add", f"{HUB}/24", "dev", "bridge")
        ip("-n", self.hub, "link", "set", "bridge", "up")
        self.home = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        self._enter(os.open(f"/run/netns/{self.hub}", os.O_RDONLY | os.O_CLOEXEC))

    @staticmethod
    def _enter(descriptor):
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.setns(descriptor, CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")

    def _add(self, name):
        full = self.prefix + name
        self.names.append(full)
        ip("netns", "add", full)
        ip("-n", full, "link", "set", "lo", "up")
        return full

    def join(self, name):
        """A namespace of this name with a cable to the bridge; its address."""
        address = f"10.214.0.{self.next}"
        self.next += 1
        full = self._add(name)
        cable = f"c{self.next}"
        ip("-n", self.hub, "link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", full)
        ip("-n", full, "addr", "add", f"{address}/24", "dev", "eth0")
        ip("-n", full, "link", "set", "eth0", "up")
        ip("-n", self.hub, "link", "set", cable, "master", "bridge", "up")
        return Place(self, full, cable, address)

    def end(self):
        self._enter(self.home)
        for name in self.names:
            subprocess.run(["ip", "netns", "del", name], capture_output=True)
        self.names = []


class Place:
    def __init__(self, network, namespace, cable, address):
        self.network, self.namespace, self.cable, self.address = network, namespace, cable, address

    def words(self, *words):
        """A command as one that runs there, in place of the one that starts it. Mounts made so are seen by all."""
        return ["nsenter", f"--net=/run/netns/{self.namespace}", *words]

    def cut(self):
        ip("-n", self.network.hub, "link", "set", self.cable, "down")

    def mend(self):
        ip("-n", self.network.hub, "link", "set", self.cable, "up")
