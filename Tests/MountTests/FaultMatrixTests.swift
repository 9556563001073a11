import PulseEmulator
import PulseEmulatorFixtures
import PulseTestSupport
import SystemPackage
import Testing

@Suite("Fault matrix", .takingTurns, .timeLimit(.minutes(10)))
struct FaultMatrixTests {
    private static let size = 1500
    private static let width = 6

    private static func job(_ number: Int) -> EmulatedJob {
        .syntheticImages(id: "job-\(number)", count: 1, size: size)
    }

    /// One mount for all cases, each with a job of its own, a few at a time.
    private func run(_ cases: [FaultCase], width: Int) async throws {
        let jobs = cases.indices.map(Self.job) + [.syntheticImages(id: "primer", count: 1, size: Self.size)]
        try await Rig.mounted(adding: jobs, options: ["--timeout", FaultCase.budget]) { (rig, mount) async throws in
            // A server that has once told a size by HEAD is believed: then no case has a bearing on the others.
            try await mount.shell("ls \"$M\"/jobs/primer/images; stat \"$M\"/jobs/primer/images/*")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (number, row) in cases.enumerated() {
                    if number >= width { try await group.next() }
                    group.addTask { try await check(row, number, rig, mount) }
                }
                try await group.waitForAll()
            }
            try await expectNoErrorBody(in: rig.cache)
        }
    }

    private func check(_ row: FaultCase, _ number: Int, _ rig: Rig, _ mount: MountedPulseFS) async throws {
        let job = "job-\(number)"
        let image = "jobs/\(job)/images/\(EmulatedJob.syntheticImageName(1))"
        let asked = row.operation.isAboutJob ? RequestPattern.path("/job/\(job)") : .prefix("/results/\(job)/")
        let label = Comment(rawValue: "\(row.name), \(row.operation)")
        switch row.operation {
        case .lookup, .listing: break
        case .stat: try await mount.shell("ls \"$M/jobs/$1/images\"", [job])
        // Of what was listed, a look asks for the size alone.
        case .read: try await mount.shell("ls \"$(dirname \"$M/$1\")\"; stat \"$M/$1\"", [image])
        }
        let before = rig.emulator.requests(matching: asked).count
        rig.emulator.set(row.effect, on: asked)
        let path: String
        switch row.operation {
        case .lookup: path = "jobs/\(job)"
        case .listing: path = "jobs/\(job)/images"
        case .stat, .read: path = image
        }
        let begin = ContinuousClock.now
        #expect(try await mount.errno(of: row.operation.call, path, timeout: 100) == row.errno, label)
        #expect(begin.duration(to: .now) < .seconds(row.seconds), label)
        if row.errno != "none" { try await expectExplained(path, row.errno, mount, label) }
        let requests = rig.emulator.requests(matching: asked).count - before
        #expect(requests > 0 && requests <= row.requests, "\(row.name), \(row.operation): \(requests) requests")
        rig.emulator.clear(faultsOn: asked)
        // What was refused is remembered for a moment, and an API that looked dead is left alone for a while.
        let healed = try await mount.shell(
            "for i in {1..150}; do cat \"$M/$1\" 2> /dev/null && exit; sleep 0.1; done; exit 1", [image])
        #expect(healed.output == SyntheticImage(size: Self.size, seed: 1).bytes, label)
    }

    /// S5.5: the mount has words for it, without a request.
    private func expectExplained(
        _ path: String, _ errno: String, _ mount: MountedPulseFS, _ label: Comment
    ) async throws {
        let asked = path.replacing("/", with: "%2F")
        let found = try await mount.shell("cat \"$M/.pulsefs/explain/$1\"", [asked]).object()
        #expect(found["fine"] as? Bool == false, label)
        #expect(found["errno"] as? String == errno, label)
        #expect((found["advice"] as? String)?.isEmpty == false, label)
    }

    private func expectNoErrorBody(in cache: FilePath) async throws {
        let found = try await Shell.run(
            "grep -rlaE \"$2\" \"$1\"/blobs \"$1\"/spool", [cache.string, "\(FaultCase.marker)|Sign in"])
        #expect(found.output.isEmpty, "an error was kept as a file: \(found.text)")
    }

    @Test("S5, S5.1: every error status, and what is no job or image")
    func answers() async throws { try await run(FaultCase.answers, width: Self.width) }

    @Test("S5, S5.1: bodies of a wrong length")
    func lengths() async throws { try await run(FaultCase.lengths, width: 1) }

    @Test("S5, S5.1: bodies that are cut, slow or silent")
    func bodies() async throws { try await run(FaultCase.bodies, width: Self.width) }

    @Test("S5, S5.2: no answer at all", arguments: FaultCase.silences)
    func silences(_ cases: [FaultCase]) async throws { try await run(cases, width: 1) }

    @Test("S4.6: a redirect without an end is an error, whatever is asked for")
    func redirect() async throws {
        try await Emulator.with { (other) async throws in
            other.set(.redirect(to: "\(other.baseURL)/again"), on: .any)
            let cases = FaultCase.Operation.allCases.map { operation in
                FaultCase(
                    name: "redirect", effect: .redirect(to: "\(other.baseURL)/again"), operation: operation,
                    errno: "EIO", requests: 2, seconds: 20)
            }
            try await run(cases, width: Self.width)
            #expect(!other.requests().isEmpty)
            #expect(other.requests().allSatisfy { $0.keyAlias == nil })
        }
    }

    @Test("S5, S5.2: servers that cannot be reached; what is cached stays readable")
    func elsewhere() async throws {
        try await Rig.with { (rig) async throws in
            // Bound and not listening: connections are refused, and nobody else is given the port.
            let port = try ReservedPort()
            try await UntrustedServer.with(in: rig.scratch) { (server) async throws in
                for (address, errno) in [
                    (server.address, "EPROTO"), ("http://127.0.0.1:\(port.number)", "ECONNREFUSED"),
                    ("https://no-such-host.invalid", "EHOSTUNREACH"),
                ] {
                    try await expectUnreachable(address, errno, rig)
                }
            }
            withExtendedLifetime(port) {}
        }
    }

    @Test(
        "S5, S5.2: no way to the host, and no network at all",
        arguments: [
            ("ip link set lo up && ip route add unreachable 10.11.12.13", "EHOSTUNREACH"), ("true", "ENETUNREACH"),
        ])
    func noWay(_ network: String, _ errno: String) async throws {
        try await Rig.with { (rig) async throws in
            // A network of the mount's own, which has no way anywhere. Making one needs root.
            let trace = ["unshare", "--net", "sh", "-c", network + " && exec \"$@\"", "sh"]
            try await expectUnreachable("http://10.11.12.13", errno, rig, tracing: trace)
        }
    }

    /// A mount of an API that cannot be asked: each operation says so, also through `.pulsefs/explain`, and soon.
    private func expectUnreachable(
        _ address: String, _ errno: String, _ rig: Rig, tracing trace: [String] = []
    ) async throws {
        let begin = ContinuousClock.now
        try await MountedPulseFS.with(
            api: address, cache: rig.cache, in: rig.scratch, options: ["--timeout", FaultCase.budget], tracing: trace
        ) { (mount) async throws in
            let label = Comment(rawValue: address)
            for (call, file) in [
                ("os.stat(p)", "jobs/one"), ("os.listdir(p)", "jobs/two/images"), ("open(p)", "jobs/three/result.md"),
            ] {
                #expect(try await mount.errno(of: call, file) == errno, label)
                try await expectExplained(file, errno, mount, label)
            }
            #expect(try await mount.shell("ls \"$M\" \"$M/jobs\" && df \"$M\"").status == 0)
        }
        #expect(begin.duration(to: .now) < .seconds(40), "\(address)")
    }
}
