import Foundation
import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

/// S2.7: files that the server changes while they are read, through the kernel, which keeps what it was given.
@Suite("Versions", .takingTurns, .timeLimit(.minutes(10)))
struct VersionTests {
    private static let file = "jobs/elsewhere/images/picture.png"

    /// Bytes that differ at every place, and from version to version.
    private static func content(_ seed: UInt64, _ count: Int) -> [UInt8] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
    }

    /// Without the words of a difference, of which there would be a million.
    private func expectSame(
        _ found: [UInt8], _ expected: [UInt8], sourceLocation: SourceLocation = #_sourceLocation
    ) {
        guard found != expected else { return }
        let first = zip(found, expected).enumerated().first { $0.element.0 != $0.element.1 }?.offset
        Issue.record(
            "\(found.count) bytes instead of \(expected.count), the first other one at \(first ?? -1)",
            sourceLocation: sourceLocation)
    }

    /// A mount of a job with one image, which is at another place.
    private func mounted(
        _ file: ScriptedFile, options: [String] = [], _ body: (Rig, MountedPulseFS) async throws -> Void
    ) async throws {
        let result: JSONNode = [
            "markdown": "x", "bounding_boxes": ["Images": [["id": "a", "image_url": .string(file.url)]]],
        ]
        let job = EmulatedJob(id: "elsewhere", result: .inline(result))
        try await Rig.mounted(adding: [job], options: options) { try await body($0, $1) }
    }

    /// Reads the beginning of the file, and the rest of it, through the same descriptor, after `pause`.
    private func readHeld(
        _ mount: MountedPulseFS, _ rig: Rig, pause: () async throws -> Void
    ) async throws -> Shell.Outcome {
        let go = rig.scratch.appending("go")
        async let reader = mount.shell(
            """
            exec 3< "$M/$1"
            head -c 4096 <&3; touch "$2.began"
            while ! [ -e "$2" ]; do sleep 0.05; done
            cat <&3
            """, [Self.file, go.string], timeout: 90)
        try await rig.eventually { FileManager.default.fileExists(atPath: "\(go.string).began") }
        try await pause()
        _ = FileManager.default.createFile(atPath: go.string, contents: nil)
        return try await reader
    }

    /// The next open, and the one after it, which the kernel answers from what it keeps, have this content; so has the cache.
    private func expect(_ content: [UInt8], in mount: MountedPulseFS, _ rig: Rig) async throws {
        for _ in 1...2 {
            let read = try await mount.shell("cat \"$M/$1\"", [Self.file])
            #expect(read.status == 0, "\(read.errors)")
            expectSame(read.output, content)
        }
        #expect(try await mount.shell("stat -c %s \"$M/$1\"", [Self.file]).lines == ["\(content.count)"])
        let blob = try await Shell.run(
            "head -c \"$2\" \"$1\"/blobs/*/elsewhere/64", [rig.cache.string, "\(content.count)"])
        expectSame(blob.output, content)
    }

    static let validators: [(a: [String], b: [String])] = [
        (["ETag: \"a\""], ["ETag: \"b\""]),
        (["ETag: W/\"a\""], ["ETag: W/\"b\""]),
        (["ETag: \"a\""], ["ETag: W/\"b\""]),
        (["ETag: \"a\""], []),
        (["ETag: W/\"a\""], ["ETag: W/\"a\""]),
        (
            ["Last-Modified: Fri, 01 Nov 2024 00:00:00 GMT", "Date: Fri, 01 Nov 2024 01:00:00 GMT"],
            ["Last-Modified: Fri, 01 Nov 2024 00:30:00 GMT", "Date: Fri, 01 Nov 2024 01:00:00 GMT"]
        ),
        ([], []),
    ]

    @Test(
        "S2.7 a file that changes between a cut and its resume is ESTALE to its reader, then the new one whole to all",
        arguments: validators.indices, [true, false])
    func resumed(number: Int, heedsIfRange: Bool) async throws {
        let a = Self.content(1, 1_200_232)
        // As long as the other: nothing but its bytes and what the server says of them tells.
        let b = Self.content(2, 1_200_232)
        var (first, second) = (ServedVersion(a), ServedVersion(b))
        (first.validators, second.validators) = Self.validators[number]
        (first.heedsIfRange, second.heedsIfRange) = (heedsIfRange, heedsIfRange)
        let isChanged = Flag()
        let file = try ScriptedFile { [first, second] request in
            if isChanged.isSet { return second.answer(request) }
            if request.isHead { return first.answer(request) }
            isChanged.set()
            return first.answer(request, cutAfter: 700_001)
        }
        try await mounted(file) { (rig, mount) async throws in
            let (inode, times) = ("stat -c %i \"$M/$1\"", "stat -c '%z %y' \"$M/$1\"")
            // Of what was listed, a look asks for the size alone: the first bytes come with the read.
            try await mount.shell("ls \"$(dirname \"$M/$1\")\"", [Self.file])
            let before = try await mount.shell("\(inode); \(times)", [Self.file]).lines
            let read = try await mount.shell("cat \"$M/$1\"", [Self.file])
            #expect(read.status == 1)
            #expect(read.errors.contains("Stale file handle"), "\(read.errors)")
            expectSame(read.output, Array(a.prefix(read.output.count)))
            let explained = try await mount.shell(
                "cat \"$M/.pulsefs/explain/$1\"", [Self.file.replacing("/", with: "%2F")]
            ).object()
            #expect(explained["errno"] as? String == "ESTALE" && explained["finding"] as? String == "changed")
            #expect((explained["advice"] as? String)?.contains("Open it again") == true)
            try await expect(b, in: mount, rig)
            // S1.6: the inode number stays, and the ctime moves, for later mounts too.
            let after = try await mount.shell("\(inode); \(times)", [Self.file]).lines
            try #require(before.count == 2 && after.count == 2)
            #expect(after[0] == before[0] && after[1] != before[1], "\(after)")
            try await rig.mounted { (other) async throws in
                #expect(try await other.shell("\(inode); \(times)", [Self.file]).lines == after)
            }
        }
    }

    @Test(
        "a body that is cut is whole where the file is the same, with something to tell by or without",
        arguments: validators.indices, [true, false])
    func same(number: Int, servesRanges: Bool) async throws {
        var version = ServedVersion(Self.content(1, 1_200_232))
        version.validators = Self.validators[number].a
        version.servesRanges = servesRanges
        let isCut = Flag()
        let file = try ScriptedFile { [version] request in
            if request.isHead || isCut.isSet { return version.answer(request) }
            isCut.set()
            return version.answer(request, cutAfter: 700_001)
        }
        try await mounted(file) { (rig, mount) async throws in
            try await expect(version.content, in: mount, rig)
        }
    }

    @Test("S2.7 the parts of a large file are of one version, whatever the server tells of it", arguments: [0, 5, 6])
    func parts(number: Int) async throws {
        let a = Self.content(1, 20_000_000)
        let b = Self.content(2, 20_000_000)
        var (first, second) = (ServedVersion(a), ServedVersion(b))
        (first.validators, second.validators) = Self.validators[number]
        let isRead = Flag()
        // The first part comes whole, the others of another version, when a reader has bytes.
        let file = try ScriptedFile { [first, second] request in
            if request.isHead || request.number <= 2 { return first.answer(request) }
            isRead.wait()
            return second.answer(request)
        }
        try await mounted(file) { (rig, mount) async throws in
            try await mount.shell("ls \"$(dirname \"$M/$1\")\"; stat \"$M/$1\"", [Self.file])
            let read = try await readHeld(mount, rig) { isRead.set() }
            #expect(read.errors.contains("Stale file handle"), "\(read.errors)")
            expectSame(read.output, Array(a.prefix(read.output.count)))
            try await expect(b, in: mount, rig)
        }
    }

    @Test("S2.7 who has the file open when it changes is told so, though others have read the new one since")
    func heldOpen() async throws {
        let (a, b) = (Self.content(1, 1_200_232), Self.content(2, 900_000))
        let isChanged = Flag()
        let file = try ScriptedFile { request in
            if isChanged.isSet { return ServedVersion(b, "ETag: \"b\"").answer(request) }
            let first = ServedVersion(a, "ETag: \"a\"")
            if request.isHead { return first.answer(request) }
            isChanged.set()
            return first.answer(request, cutAfter: 700_001)
        }
        try await mounted(file) { (rig, mount) async throws in
            let script = """
                import errno, os, sys
                path, other = sys.argv[1], sys.argv[2]
                os.listdir(os.path.dirname(path))
                held = os.open(path, os.O_RDONLY)
                first = os.pread(held, 1000, 0)
                def code(call):
                    try:
                        return "read %d" % len(call())
                    except OSError as error:
                        return errno.errorcode[error.errno]
                def whole():
                    with open(path, "rb") as file: return file.read()
                print(code(lambda: os.pread(held, 1000, 1_000_000)))
                print(code(whole))
                print(code(lambda: os.pread(held, 1000, 0)))
                print(code(lambda: os.pread(held, 1000, 800_000)))
                print(code(lambda: os.fstat(held) and b""))
                print(code(whole))
                open(other, "wb").write(first + whole())
                """
            let copy = rig.scratch.appending("copy")
            let read = try await mount.shell(
                "python3 - \"$M/$1\" \"$2\" <<'PY'\n\(script)\nPY", [Self.file, copy.string])
            let log = try await mount.shell("cat \"$M\"/.pulsefs/log").text
            #expect(
                read.lines == ["ESTALE", "read 900000", "ESTALE", "ESTALE", "ESTALE", "read 900000"],
                "\(read.errors) \(log)")
            let bytes = try Data(contentsOf: URL(fileURLWithPath: copy.string))
            expectSame(Array(bytes), Array(a.prefix(1000)) + b)
            try await expect(b, in: mount, rig)
        }
    }

    @Test("S2.7 a file that was evicted and is another when it is fetched again is another to whoever has it open")
    func evicted() async throws {
        let (a, b) = (Self.content(1, 3_000_000), Self.content(2, 3_000_000))
        let isChanged = Flag()
        let file = try ScriptedFile { request in
            isChanged.isSet ? ServedVersion(b).answer(request) : ServedVersion(a).answer(request)
        }
        try await mounted(file) { (rig, mount) async throws in
            let read = try await readHeld(mount, rig) {
                // All of it has come before it can go.
                try await rig.eventually {
                    try await Shell.run("test -e \"$1\"/blobs/*/elsewhere/64", [rig.cache.string]).status == 0
                }
                let pruned = try await rig.pulsefs("cache", "prune", "--to", "0")
                #expect(pruned.status == 0, "\(pruned.errors)")
                isChanged.set()
                // The mount lets go of what another process has evicted within about a second.
                try await rig.eventually {
                    try await Shell.run("ls -l /proc/$1/fd | grep -c 'elsewhere/64'", ["\(mount.daemon)"]).lines == [
                        "0"
                    ]
                }
            }
            #expect(read.status == 1 && read.errors.contains("Stale file handle"), "\(read.status) \(read.errors)")
            expectSame(read.output, Array(a.prefix(read.output.count)))
            try await expect(b, in: mount, rig)
        }
    }
}
