import PulseEmulator
import PulseTestSupport
import Testing

/// S2.8: what an image costs that is named and that no listing has announced.
@Suite("Named images", .takingTurns, .timeLimit(.minutes(10)))
struct NamedImageTests {
    private static let images = RequestPattern.prefix("/results/named/images/")

    private static func job(count: Int = 20, size: Int) -> EmulatedJob {
        .syntheticImages(id: "named", count: count, size: size)
    }

    private func file(_ number: Int) -> String { "jobs/named/images/\(EmulatedJob.syntheticImageName(number))" }

    private func bytes(_ number: Int, _ size: Int) -> [UInt8] {
        SyntheticImage(size: size, seed: UInt64(number)).bytes
    }

    /// A mount of a job whose one image is at another place, and what requests come there.
    private func mounted(
        _ file: ScriptedFile, options: [String] = [], _ body: (MountedPulseFS, String) async throws -> Void
    ) async throws {
        let result: JSONNode = [
            "markdown": "x", "bounding_boxes": ["Images": [["id": "a", "image_url": .string(file.url)]]],
        ]
        let job = EmulatedJob(id: "elsewhere", result: .inline(result))
        try await Rig.mounted(adding: [job], options: options) {
            try await body($1, "jobs/elsewhere/images/picture.png")
        }
    }

    @Test(
        "S2.8 an image that is named costs one request, whatever its size, whether the server answers HEAD or not",
        arguments: [100_000, 3_000_000], [true, false])
    func one(size: Int, answersHead: Bool) async throws {
        try await Rig.mounted(adding: [Self.job(size: size)]) { (rig, mount) async throws in
            rig.emulator.setFeatures { $0.head = answersHead }
            try await mount.shell("cat \"$M\"/jobs/named/status.json")
            #expect(try await mount.bytes(file(7)) == bytes(7, size))
            #expect(rig.emulator.requests(matching: Self.images).map(\.method) == ["GET"])
        }
    }

    @Test("S2.8 many programs that name an image each ask for it once, with nothing before")
    func many() async throws {
        try await Rig.mounted(adding: [Self.job(size: 100_000)]) { (rig, mount) async throws in
            // As far apart as no run of reads goes.
            let names = [19, 3, 11, 7].map(file)
            for name in names { try await mount.shell("cat \"$M/$1\"", [name]) }
            for name in names {
                let path = "/results/named/images/\(name.split(separator: "/").last ?? "")"
                #expect(rig.emulator.requests(matching: .path(path)).map(\.method) == ["GET"], "\(name)")
            }
        }
    }

    @Test("S2.4 S2.8 who names images for their sizes alone has the first come, and the sizes of the others asked for")
    func sizes() async throws {
        let size = 500_000
        try await Rig.mounted(adding: [Self.job(size: size)]) { (rig, mount) async throws in
            let sizes = try await mount.shell("cd \"$M\" && stat -c %s \"$@\"", (1...20).map(file))
            #expect(sizes.lines == Array(repeating: "\(size)", count: 20))
            #expect(rig.emulator.requests(matching: Self.images).filter { $0.method == "GET" }.count == 1)
        }
    }

    @Test("S2.2 S2.8 the rest of a large image waits for a reader, and comes without a byte twice")
    func rest() async throws {
        let size = 20_000_000
        try await Rig.mounted(adding: [Self.job(size: size)]) { (rig, mount) async throws in
            #expect(
                try await mount.shell("stat -c %s \"$M/$1\"; cat \"$M/$1\" | wc -c", [file(1)]).lines == [
                    "\(size)", "\(size)",
                ])
            let requests = rig.emulator.requests(matching: Self.images)
            #expect(requests.allSatisfy { $0.method == "GET" && $0.range != nil })
            #expect(requests.map(\.bytesSent).reduce(0, +) == size)
        }
    }

    @Test("S2.8 a large image that nobody reads is let go of, and read whole by whoever comes later")
    func letGo() async throws {
        let size = 20_000_000
        try await Rig.mounted(adding: [Self.job(size: size)]) { (rig, mount) async throws in
            #expect(try await mount.shell("stat -c %s \"$M/$1\"", [file(1)]).lines == ["\(size)"])
            try await rig.eventually { rig.emulator.activeRequests == 0 }
            #expect(rig.emulator.requests(matching: Self.images).allSatisfy { $0.bytesSent < 8 << 20 })
            #expect(try await mount.bytes(file(1)) == bytes(1, size))
        }
    }

    @Test("S7.1 an image that nobody reads does not hold up an unmount")
    func unmounted() async throws {
        try await Rig.with(adding: [Self.job(size: 20_000_000)]) { (rig) async throws in
            let took = try await rig.mounted { (mount) async throws in
                try await mount.shell("stat \"$M/$1\"", [file(1)])
                return ContinuousClock.now
            }.duration(to: .now)
            #expect(took < .seconds(5))
        }
    }

    @Test(
        "S2.8 a server that refuses ranges, ignores them, hides the size or sends what was not asked for gives whole files",
        arguments: 0..<6)
    func withoutRanges(number: Int) async throws {
        let content = bytes(1, 700_001)
        let version = ServedVersion(content, "ETag: \"a\"")
        let file = try ScriptedFile { request in
            guard request.range != nil, !request.isHead else { return version.answer(request) }
            switch number {
            case 0: return .init("416 No", ["Content-Length: 0"])
            case 1: return .init("501 No", ["Content-Length: 0"])
            case 2: return .init("200 OK", ["Content-Length: \(content.count)"], content)
            case 3:
                let last = min(request.range?.last ?? 0, content.count - 1)
                return .init(
                    "206 Part", ["ETag: \"a\"", "Content-Range: bytes 0-\(last)/*", "Content-Length: \(last + 1)"],
                    content[...last])
            case 4: return .init("206 Part", ["Content-Length: \(content.count)"], content)
            default:
                return .init(
                    "206 Part", ["Content-Range: bytes 5-9/\(content.count)", "Content-Length: 5"], content[5...9])
            }
        }
        try await mounted(file) { (mount, path) async throws in
            #expect(try await mount.bytes(path) == content)
            #expect(file.requests.count <= 2)
            #expect(file.requests.allSatisfy { !$0.isHead })
        }
    }

    @Test("S2.8 an empty image is one")
    func empty() async throws {
        let file = try ScriptedFile { ServedVersion([], "ETag: \"a\"").answer($0) }
        try await mounted(file) { (mount, path) async throws in
            let read = try await mount.shell("stat -c %s \"$M/$1\"; cat \"$M/$1\"", [path])
            #expect(read.lines == ["0"] && read.status == 0, "\(read.errors)")
        }
    }

    @Test(
        "S2.7 S2.8 a named file that is cut in its first part goes on from there, or begins anew where it has changed")
    func cut() async throws {
        let (a, b) = (bytes(1, 900_000), bytes(2, 900_000))
        let file = try ScriptedFile { request in
            ServedVersion(a, "ETag: \"a\"").answer(request, cutAfter: request.number == 1 ? 300_001 : nil)
        }
        try await mounted(file) { (mount, path) async throws in
            #expect(try await mount.bytes(path) == a)
            #expect(file.requests.map { $0.range?.first } == [0, 300_001])
            #expect(file.requests.last?.range?.last == a.count - 1)
        }
        let changing = try ScriptedFile { request in
            request.number == 1
                ? ServedVersion(a, "ETag: \"a\"").answer(request, cutAfter: 300_001)
                : ServedVersion(b, "ETag: \"b\"").answer(request)
        }
        try await mounted(changing) { (mount, path) async throws in
            _ = try await mount.shell("cat \"$M/$1\"", [path])
            #expect(try await mount.bytes(path) == b)
        }
    }

    @Test("S1.5 S5.1 a named file that is shorter than announced is an error, and whole for the next when it is mended")
    func wrongLength() async throws {
        let content = bytes(1, 300_000)
        let isMended = Flag()
        let file = try ScriptedFile { request in
            let version = ServedVersion(content, "ETag: \"a\"")
            guard !isMended.isSet, !request.isHead, request.range?.first ?? 0 == 0 else {
                return version.answer(request)
            }
            return .init(
                "200 OK", ["ETag: \"a\"", "Accept-Ranges: bytes", "Content-Length: \(content.count + 7)"], content)
        }
        try await mounted(file) { (mount, path) async throws in
            let read = try await mount.shell("cat \"$M/$1\"", [path])
            #expect(read.status == 1 && read.errors.contains("Input/output error"), "\(read.errors)")
            isMended.set()
            #expect(try await mount.bytes(path) == content)
        }
    }
}
