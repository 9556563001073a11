#!/usr/bin/env python3
"""Writes what the programs of a release build are made of, as CycloneDX JSON (https://cyclonedx.org, 1.5).

Usage: sbom.py SCRATCH PROGRAM...             prints the document for a build in SCRATCH
       sbom.py --check DOCUMENT PROGRAM...    complains about libraries that a document lacks

Linked statically are the packages whose object files the linker was given, what those have copied into them, and the Swift
runtime. Linked dynamically are the libraries that a program names (NEEDED), and libfuse, which it opens.
"""
import glob, json, os, re, subprocess, sys

# Of Debian's packages, as their copyright files have it for the library itself (SPDX expressions).
LICENSES = {
    "libc6": "LGPL-2.1-or-later", "libgcc-s1": "GPL-3.0-or-later WITH GCC-exception-3.1",
    "libstdc++6": "GPL-3.0-or-later WITH GCC-exception-3.1", "libcurl4": "curl", "libcurl4t64": "curl",
    "libsqlite3-0": "blessing", "libxxhash0": "BSD-2-Clause", "libcmark-gfm0.29.0.gfm.6": "BSD-2-Clause AND MIT",
    "libcmark-gfm-extensions0.29.0.gfm.6": "BSD-2-Clause AND MIT", "zlib1g": "Zlib", "libfuse3-3": "LGPL-2.1-only",
    "libfuse3-4": "LGPL-2.1-only",
}
# Sources that a package has copied into it: where, and under which licence.
COPIED = {
    "swift-crypto": [("BoringSSL", "Sources/CCryptoBoringSSL/hash.txt", r"revision ([0-9a-f]+)", "OpenSSL AND ISC AND BSD-3-Clause")],
    "tomlkit": [("toml++", "Sources/CTOML/Sources/toml.hpp", r"toml\+\+ v([0-9.]+)", "MIT")],
    "swift-nio": [("llhttp", "Sources/CNIOLLHTTP/LICENSE", None, "MIT")],
}


def run(*words):
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def fail(words):
    sys.exit(f"sbom: {words}")


def license_of(text, name):
    if "Apache License" in text:
        return "Apache-2.0 WITH Swift-exception" if "Runtime Library Exception" in text else "Apache-2.0"
    if "Permission is hereby granted, free of charge" in text:
        return "MIT"
    fail(f"the licence of {name} is not known: add it to scripts/lib/package/sbom.py")


def component(kind, name, version, license, linkage, purl=None):
    made = {"type": kind, "name": name, "version": version, "licenses": [{"expression": license}]}
    if purl:
        made["purl"] = purl
    made["bom-ref"] = purl or f"{name}@{version}"
    made["properties"] = [{"name": "pulsefs:linkage", "value": linkage}]
    return made


def linked_targets(scratch, products):
    """The targets whose objects the linker was given."""
    targets = set()
    for product in products:
        lists = glob.glob(f"{scratch}/*/*/{product}.product/Objects.LinkFileList")
        if not lists:
            fail(f"there is no list of what {product} was linked from in {scratch}")
        with open(lists[0]) as file:
            targets.update(re.findall(r"/([^/]+)\.build/", file.read()))
    return targets


def swift_packages(scratch, products):
    targets = linked_targets(scratch, products)
    with open("Package.resolved") as file:
        pins = json.load(file)["pins"]
    checkouts = {os.path.basename(path).lower(): path for path in glob.glob(f"{scratch}/checkouts/*")}
    known = {os.path.basename(path) for path in glob.glob("Sources/*")}
    for pin in pins:
        location = pin["location"].removesuffix(".git")
        checkout = checkouts[os.path.basename(location).lower()]
        own = {os.path.basename(p) for p in glob.glob(f"{checkout}/Sources/*") + glob.glob(f"{checkout}/Sources/*/*")}
        own |= set(re.findall(r'arget\(\s*name: "([^"]+)"', open(f"{checkout}/Package.swift").read()))
        known |= own
        if not own & targets:
            continue
        with open(glob.glob(f"{checkout}/LICENSE*")[0]) as file:
            license = license_of(file.read(), location)
        version = pin["state"]["version"]
        purl = f"pkg:swift/{location.removeprefix('https://')}@{version}"
        yield component("library", os.path.basename(location), version, license, "static", purl)
        for name, path, pattern, license in COPIED.get(pin["identity"], []):
            with open(f"{checkout}/{path}", errors="replace") as file:
                text = file.read(1 << 20)
            found = re.search(pattern, text) if pattern else None
            if pattern and not found:
                fail(f"the version of {name} in {location} is not to be found")
            yield component("library", name, found.group(1) if found else version, license, "static")
    unknown = {target for target in targets if target not in known}
    if unknown:
        fail(f"these targets belong to no package: {', '.join(sorted(unknown))}")
    swift = re.search(r"Swift version (\S+)", run("swift", "--version")).group(1)
    yield component("library", "swift-runtime", swift, "Apache-2.0 WITH Swift-exception", "static", f"pkg:swift/github.com/swiftlang/swift@{swift}")


def needed(program):
    names = set(re.findall(r"NEEDED\s+(\S+)", run("objdump", "-p", program)))
    # Not linked to: their names are among the strings of what opens them.
    with open(program, "rb") as file:
        names.update(name.decode() for name in re.findall(rb"libfuse3\.so\.[34]|libcurl\.so\.4", file.read()))
    return names


def debian_package(library):
    # The loader is of the C library.
    path = next((line.split()[-1] for line in run("ldconfig", "-p").splitlines() if line.split()[:1] == [library]), None)
    for candidate in [path, os.path.realpath(path) if path else None, path and path.removeprefix("/usr"), path and f"/usr{path}"]:
        if candidate:
            found = subprocess.run(["dpkg-query", "-S", candidate], capture_output=True, text=True)
            if found.returncode == 0:
                return found.stdout.split(":")[0]
    fail(f"no package has {library}")


def debian_packages(programs):
    libraries = {}
    for name in set().union(*map(needed, programs)):
        libraries.setdefault(debian_package(name), []).append(name)
    for package, names in libraries.items():
        if package not in LICENSES:
            fail(f"the licence of {package} is not known: add it to scripts/lib/package/sbom.py")
        version, architecture = run("dpkg-query", "-W", "-f", "${Version} ${Architecture}", package).split()
        made = component("library", package, version, LICENSES[package], "dynamic", f"pkg:deb/debian/{package}@{version}?arch={architecture}")
        made["properties"] += [{"name": "pulsefs:library", "value": name} for name in sorted(names)]
        yield made


def document(scratch, programs):
    products = [os.path.basename(program) for program in programs]
    version, *revision = run(programs[0], "--version").split()
    parts = sorted([*swift_packages(scratch, products), *debian_packages(programs)], key=lambda part: (part["name"], part["version"]))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application", "bom-ref": "pulsefs", "name": "pulsefs", "version": version,
                "properties": [{"name": "pulsefs:revision", "value": " ".join(revision).strip("()")}],
            }
        },
        "components": parts,
        "dependencies": [{"ref": "pulsefs", "dependsOn": sorted(part["bom-ref"] for part in parts)}],
    }


def check(path, programs):
    with open(path) as file:
        found = json.load(file)
    named = {p["value"] for part in found["components"] for p in part["properties"] if p["name"] == "pulsefs:library"}
    problems = [f"{name} is missing" for name in sorted(set().union(*map(needed, programs)) - named)]
    static = {part["name"] for part in found["components"] if part["properties"][0]["value"] == "static"}
    # Some that cannot be absent, whatever the list of the linker says.
    problems += [f"{name} is missing" for name in ("GRDB.swift", "TOMLKit", "swift-crypto", "BoringSSL", "swift-runtime", "hummingbird") if name not in static]
    for part in found["components"]:
        if not (part["name"] and part["version"] and part["licenses"][0]["expression"]):
            problems.append(f"{part} is not complete")
    sys.exit("\n".join(problems) or 0)


if sys.argv[1] == "--check":
    check(sys.argv[2], sys.argv[3:])
json.dump(document(sys.argv[1], sys.argv[2:]), sys.stdout, indent=2)
print()
