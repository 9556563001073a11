#!/usr/bin/env python3
"""Looks whether the files of docs/containers are what they say, for scripts/check-containers.

Without more, it complains about what an engine or a kubelet would refuse. --commands prints the arguments that the files give to
pulsefs, a line each; --script NAME prints the commands of a CI job, without those that install the package.
"""
import json, re, sys
import yaml

folder, *more = sys.argv[1:]


def read(name):
    with open(f"{folder}/{name}") as file:
        return file.read()


compose, pod = yaml.safe_load(read("compose.yaml")), yaml.safe_load(read("pod.yaml"))
github, gitlab = yaml.safe_load(read("github.yaml")), yaml.safe_load(read("gitlab.yaml"))
docker = {line.split()[0]: line.split(None, 1)[1] for line in read("Dockerfile").splitlines() if re.match("[A-Z]+ ", line)}


def script(name):
    if name == "gitlab":
        return gitlab["export-results"]["script"]
    steps = github["jobs"]["export"]["steps"]
    return [step["run"] for step in steps if "run" in step and "apt-get" not in step["run"]]


def commands():
    yield json.loads(docker["CMD"])
    yield compose["services"]["pulsefs"]["command"]
    yield compose["services"]["pulsefs"]["healthcheck"]["test"][2:]
    (sidecar,) = pod["spec"]["initContainers"]
    # The key is in a file that is not here.
    yield [word for word in sidecar["args"] if not word.startswith("--api-key-file")]
    yield sidecar["startupProbe"]["exec"]["command"][1:]


def complaints():
    if json.loads(docker["ENTRYPOINT"]) != ["/usr/bin/pulsefs"]:
        yield "the image does not start pulsefs"
    services = compose["services"]
    if [services[name]["volumes"][0]["bind"]["propagation"] for name in ("pulsefs", "reader")] != ["rshared", "rslave"]:
        yield "the volume of compose.yaml is not passed on"
    if services["pulsefs"]["devices"] != ["/dev/fuse"] or services["pulsefs"]["cap_add"] != ["SYS_ADMIN"]:
        yield "the container of compose.yaml cannot mount"
    (sidecar,) = pod["spec"]["initContainers"]
    (reader,) = pod["spec"]["containers"]
    volumes = {volume["name"] for volume in pod["spec"]["volumes"]}
    for container in (sidecar, reader):
        for mount in container["volumeMounts"]:
            if mount["name"] not in volumes:
                yield f"pod.yaml has no volume {mount['name']}"
    if sidecar["restartPolicy"] != "Always" or not sidecar["securityContext"]["privileged"]:
        yield "the sidecar of pod.yaml is none, or may not pass its mount on"
    if [c["volumeMounts"][0]["mountPropagation"] for c in (sidecar, reader)] != ["Bidirectional", "HostToContainer"]:
        yield "the mount of pod.yaml is not passed on"
    for job in (github["jobs"]["export"], gitlab["export-results"]):
        if "pulsefs export" not in json.dumps(job):
            yield "a CI job exports nothing"


if more[:1] == ["--commands"]:
    for words in commands():
        print(" ".join(words))
elif more[:1] == ["--script"]:
    print("\n".join(script(more[1])))
else:
    found = list(complaints())
    print("\n".join(found), end="\n" if found else "")
    sys.exit(1 if found else 0)
