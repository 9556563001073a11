import Foundation
import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

@Suite(
    "Machines that share a store", .takingTurns,
    .enabled(if: SeaweedServer.program != nil, Comment(rawValue: SeaweedServer.wanted)), .timeLimit(.minutes(10)))
struct FleetTests {
    private static let job = EmulatedJob.syntheticImages(id: "album", count: 20, size: 30_000)

    private static func requests(_ rig: Rig) -> Int {
        rig.emulator.requests(matching: .path("/job/album")).count
            + rig.emulator.requests(matching: .prefix("/results/album/")).count
    }

    /// A mount with a cache of its own. What it shares is in the store when this returns.
    private static func machine<Value: Sendable>(
        _ name: String, _ rig: Rig, _ fleet: FleetStoreRig, key: String = TestKeys.northwind,
        endpoint: String? = nil, _ body: (MountedPulseFS) async throws -> Value
    ) async throws -> Value {
        try await rig.mounted(
            key: key, options: fleet.options, cache: rig.scratch.appending("cache-\(name)"),
            environment: fleet.environment(endpoint: endpoint ?? fleet.server.url), body)
    }

    private static func copy(_ mount: MountedPulseFS, to target: FilePath) async throws {
        let outcome = try await mount.shell(
            "cat \"$M/jobs/album/result.md\" && cp -r \"$M/jobs/album\" \"$1\"", [target.string])
        #expect(outcome.status == 0, "\(outcome.errors)")
    }

    /// Files that differ.
    private static func difference(_ one: FilePath, _ two: FilePath) async throws -> String {
        let outcome = try await Shell.run("diff -r \"$1\" \"$2\"", [one.string, two.string])
        return outcome.text + outcome.errors
    }

    @Test("S8.1 S8.3 S8.4: a job with 20 images costs 21 requests on two mounts, and a third key only its own question")
    func sharing() async throws {
        try await FleetStoreRig.with { fleet in
            try await Rig.with(adding: [Self.job]) { rig in
                let (one, two) = (rig.scratch.appending("one"), rig.scratch.appending("two"))
                try await Self.machine("1", rig, fleet) { try await Self.copy($0, to: one) }
                let first = Self.requests(rig) - rig.emulator.imageHeads(of: "album")
                #expect(first == 21)
                let before = Self.requests(rig)
                try await Self.machine("2", rig, fleet) { try await Self.copy($0, to: two) }
                #expect(Self.requests(rig) == before)
                #expect(try await Self.difference(one, two) == "")
                try await tellsNothing(rig, fleet, one)
                try await keepsKeysApart(rig, fleet, one)
                try await believesNothing(rig, fleet, one)
            }
        }
    }

    /// Whoever lists the bucket and reads all of it finds no id, name, key or text.
    private func tellsNothing(_ rig: Rig, _ fleet: FleetStoreRig, _ copy: FilePath) async throws {
        let names = try await fleet.names()
        // A job, its images, and what the API says of the key.
        #expect(names.count == 22)
        let text = try String(contentsOfFile: "\(copy)/result.md", encoding: .utf8)
        let words = [
            "album", "image_0001", TestKeys.northwind, "northwind", "completed", "PNG\r\n", String(text.prefix(10)),
        ]
        for name in names {
            let bytes = try await fleet.bytes(name)
            #expect(bytes.starts(with: Array("PFSTORE1".utf8)))
            for word in words {
                #expect(!name.contains(word))
                #expect(bytes.firstRange(of: Array(word.utf8)) == nil, "\(word) in \(name)")
            }
        }
    }

    private func keepsKeysApart(_ rig: Rig, _ fleet: FleetStoreRig, _ copy: FilePath) async throws {
        try await Self.machine("other", rig, fleet, key: TestKeys.contoso) { mount in
            for file in ["result.md", "images/image_0001.png", "status.json"] {
                let outcome = try await mount.shell("cat \"$M/jobs/album/$1\"", [file])
                #expect(outcome.status == 1 && outcome.output.isEmpty)
                #expect(try await mount.errno(of: "open(p)", "jobs/album/\(file)") == "EACCES")
            }
        }
        let before = Self.requests(rig)
        let three = rig.scratch.appending("three")
        try await Self.machine("3", rig, fleet, key: TestKeys.northwindSecond) { try await Self.copy($0, to: three) }
        #expect(Self.requests(rig) == before + 1)
        #expect(try await Self.difference(copy, three) == "")
    }

    /// Objects that were forged, cut or moved are absent, and are written over.
    private func believesNothing(_ rig: Rig, _ fleet: FleetStoreRig, _ copy: FilePath) async throws {
        let names = try await fleet.names().filter { !$0.contains("/g/") }
        let sound = try await fleet.bytes(names[0])
        for (number, name) in names.enumerated() {
            let bytes = try await fleet.bytes(name)
            switch number % 3 {
            case 0: try await fleet.plant(Array("forged".utf8), name)
            case 1: try await fleet.plant(Array(bytes.dropLast(7)), name)
            default: try await fleet.plant(sound, name)
            }
        }
        let four = rig.scratch.appending("four")
        try await Self.machine("4", rig, fleet) { try await Self.copy($0, to: four) }
        #expect(try await Self.difference(copy, four) == "")
        let before = Self.requests(rig)
        let five = rig.scratch.appending("five")
        try await Self.machine("5", rig, fleet) { try await Self.copy($0, to: five) }
        #expect(Self.requests(rig) == before)
        #expect(try await Self.difference(copy, five) == "")
    }

    @Test("S8.1: an image of 80 MB is read from the store by a second machine, which asks the API nothing")
    func large() async throws {
        let huge = EmulatedJob.syntheticImages(id: "album", count: 1, size: 80_000_000)
        try await FleetStoreRig.with { fleet in
            try await Rig.with(adding: [huge]) { rig in
                let (one, two) = (rig.scratch.appending("one"), rig.scratch.appending("two"))
                let image = "jobs/album/images/image_0001.png"
                try await Self.machine("1", rig, fleet) { mount in
                    let outcome = try await mount.shell(
                        """
                        cat "$M/$2" > "$1"
                        sent='/^pulsefs_store_bytes_total.direction="sent"/ && $2 > 80000000 { is = 1 } END { exit !is }'
                        until awk "$sent" "$M/.pulsefs/metrics"; do sleep 0.2; done
                        """, [one.string, image], timeout: 180)
                    #expect(outcome.status == 0, "\(outcome.errors)")
                }
                let before = Self.requests(rig)
                try await Self.machine("2", rig, fleet) { mount in
                    let outcome = try await mount.shell(
                        """
                        stat -c %s "$M/$2" && tail -c 100 "$M/$2" > "$1.tail" && cat "$M/$2" > "$1"
                        tail -c 100 "$1" | cmp - "$1.tail"
                        """, [two.string, image], timeout: 180)
                    #expect(outcome.text == "80000000\n" && outcome.status == 0, "\(outcome.errors)")
                }
                #expect(Self.requests(rig) == before)
                #expect(try await Self.difference(one, two) == "")
            }
        }
    }

    @Test("S8.5: a store that refuses or says nothing leaves a mount as it is without one, after 2 s at most, once")
    func withoutAStore() async throws {
        try await FleetStoreRig.with { fleet in
            try await Rig.with(adding: [Self.job]) { rig in
                let closed = try ReservedPort()
                let hole = try FullListener()
                for (name, port) in [("closed", closed.number), ("hole", Int(hole.port))] {
                    let target = rig.scratch.appending(name)
                    let before = Self.requests(rig) - rig.emulator.imageHeads(of: "album")
                    try await Self.machine(name, rig, fleet, endpoint: "http://127.0.0.1:\(port)") { mount in
                        #expect(mount.process.errors.contains("the shared store cannot be reached yet"))
                        let begin = ContinuousClock.now
                        try await Self.copy(mount, to: target)
                        // Two seconds once, and not for each of 21 files.
                        #expect(begin.duration(to: .now) < .seconds(20))
                    }
                    #expect(Self.requests(rig) - rig.emulator.imageHeads(of: "album") == before + 21)
                }
                withExtendedLifetime(hole) {}
                // It goes away while the mount is there.
                try await Self.machine("stopped", rig, fleet) { mount in
                    fleet.server.process.signal(SIGSTOP)
                    defer { fleet.server.process.signal(SIGCONT) }
                    let begin = ContinuousClock.now
                    #expect(try await mount.shell("cat \"$M/jobs/album/result.md\"").status == 0)
                    let first = begin.duration(to: .now)
                    #expect(first > .seconds(1) && first < .seconds(10))
                    let next = ContinuousClock.now
                    try await Self.copy(mount, to: rig.scratch.appending("stopped"))
                    #expect(next.duration(to: .now) < .seconds(20))
                }
                #expect(
                    try await Self.difference(rig.scratch.appending("closed"), rig.scratch.appending("stopped")) == "")
            }
        }
    }

    @Test("S8.3: a bucket that is not there, a store that was not made and a wrong secret are refused at mount")
    func refused() async throws {
        try await FleetStoreRig.with { fleet in
            try await Rig.with { rig in
                let wrong = rig.scratch.appending("wrong.secret")
                try await Shell.run("umask 077; printf '%064d\\n' 7 > \"$1\"", [wrong.string])
                let cases: [([String], String)] = [
                    (["--store", "s3://nowhere/pulse", "--store-secret-file", fleet.secret.string], "no such bucket"),
                    (
                        ["--store", "s3://fleet/other", "--store-secret-file", fleet.secret.string],
                        "pulsefs store init"
                    ),
                    (["--store", "s3://fleet/pulse", "--store-secret-file", wrong.string], "its secret is another"),
                    (["--store", "s3://fleet/pulse"], "--store-secret-file"),
                ]
                let digits = try String(contentsOfFile: fleet.secret.string, encoding: .utf8).prefix(64)
                for (options, words) in cases {
                    let place = try rig.scratch.make("mnt-\(UUID().uuidString.prefix(8))")
                    let outcome = try await Shell.run(
                        "\"$@\"",
                        [
                            BuiltProducts.pulsefs, "mount", "--api-url", rig.emulator.baseURL, "--cache-dir",
                            rig.cache.string,
                        ] + options + [place.string],
                        environment: fleet.environment.merging(["PULSE_API_KEY": TestKeys.northwind]) { $1 })
                    #expect(outcome.status == 1)
                    #expect(outcome.errors.contains(words), "\(outcome.errors)")
                    #expect(!outcome.errors.contains(digits))
                    #expect(try await Shell.run("mountpoint -q \"$1\"", [place.string]).status != 0)
                }
            }
        }
    }

    @Test("S8.1: commands share too, and a mount in the background gets the secret without anyone seeing it")
    func commands() async throws {
        try await FleetStoreRig.with { fleet in
            try await Rig.with(adding: [Self.job]) { rig in
                let digits = String(try String(contentsOfFile: fleet.secret.string, encoding: .utf8).prefix(64))
                let environment = fleet.environment.merging([
                    "PULSE_API_KEY": TestKeys.northwind, "PULSEFS_STORE_SECRET": digits,
                ]) { $1 }
                let common = ["--api-url", rig.emulator.baseURL, "--store", "s3://fleet/pulse"]
                func run(_ words: [String], _ cache: String) async throws -> Shell.Outcome {
                    try await Shell.run(
                        "\"$@\"",
                        [BuiltProducts.pulsefs] + words + common
                            + ["--cache-dir", rig.scratch.appending(cache).string],
                        environment: environment)
                }
                #expect(try await run(["fetch", "album"], "cache-1").status == 0)
                let before = Self.requests(rig)
                #expect(before - rig.emulator.imageHeads(of: "album") == 21)
                let out = rig.scratch.appending("out")
                #expect(try await run(["export", "album", out.string], "cache-2").status == 0)
                #expect(try await run(["jobs", "add", "album"], "cache-3").status == 0)
                #expect(try await run(["wait", "album"], "cache-4").status == 0)
                #expect(Self.requests(rig) == before)
                let place = try rig.scratch.make("mnt-background")
                let mounted = try await run(["mount", place.string], "cache-5")
                #expect(mounted.status == 0, "\(mounted.errors)")
                let said = try await Shell.run(
                    """
                    diff -r "$1/jobs/album" "$2/album"; echo "$?"
                    for p in /proc/[0-9]*; do
                        [ "$(cat $p/comm)" = pulsefs ] && tr '\\0' ' ' < $p/cmdline | grep -qF -- "$1" || continue
                        echo "daemon $(cat $p/cmdline $p/environ | tr '\\0' '\\n' | grep -c "$3")"
                    done 2> /dev/null
                    umount "$1" || fusermount3 -u "$1"
                    """, [place.string, out.string, digits])
                #expect(said.lines.first == "0", "\(said.text)")
                #expect(said.lines.dropFirst() == ["daemon 0"], "\(said.text)")
                #expect(Self.requests(rig) == before)
            }
        }
    }
}
