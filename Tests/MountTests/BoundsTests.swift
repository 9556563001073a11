import PulseEmulator
import PulseTestSupport
import Synchronization
import SystemPackage
import Testing

/// S5.7: the disk, memory and descriptors stay within their bounds while files arrive, and what does not fit is read all the same
/// where that can be done.
@Suite("Bounds", .takingTurns, .timeLimit(.minutes(10)))
struct BoundsTests {
    private static let megabyte = 1 << 20
    private static let image = "jobs/large/images/image_0001.png"

    private static func withImage(
        _ size: Int, _ body: (Rig) async throws -> Void
    ) async throws {
        try await Rig.with(adding: [.syntheticImages(id: "large", count: 1, size: size)]) { try await body($0) }
    }

    private static func expected(_ rig: Rig, _ number: Int = 1, of job: String = "large") async throws -> String {
        let name = "image_" + String(repeating: "0", count: 4 - "\(number)".count) + "\(number).png"
        let sum = try await Shell.run(
            "curl -fsS -H \"x-api-key: $2\" \"$1/results/$3/images/$4\" | sha256sum",
            [rig.emulator.baseURL, TestKeys.northwind, job, name])
        rig.emulator.clearRequests()
        return sum.text
    }

    /// Runs a script on a mount, and tells what the cache took of the disk at most meanwhile, in bytes.
    private static func watched(
        _ rig: Rig, _ mount: MountedPulseFS, _ script: String, _ arguments: [String] = [], timeout: Int = 120
    ) async throws -> (outcome: Shell.Outcome, most: Int, memory: Int) {
        let idle = try mount.memory("VmRSS")
        // Resets the mark of the most that was resident (proc(5)).
        try await Shell.run("echo 5 > /proc/$1/clear_refs", ["\(mount.daemon)"])
        let outcome = try await mount.shell(
            """
            ( most=0
              while [ -e "$C/.watched" ]; do
                  # Names come and go between two looks.
                  now=$(du -s -B1 "$C" 2>/dev/null | cut -f1); [ "${now:-0}" -gt "$most" ] && most=$now
                  sleep 0.02
              done
              echo "$most" > "$C.most" ) &
            \(script)
            status=$?; rm "$C/.watched"; wait; exit $status
            """.replacing("$C", with: rig.cache.string), arguments, timeout: timeout)
        let most = try await Shell.run("cat \"$1.most\"", [rig.cache.string]).text
        return (outcome, Int(most.filter(\.isNumber)) ?? .max, try mount.memory("VmHWM") - idle)
    }

    private static func begin(_ rig: Rig) async throws {
        try await Shell.run("mkdir -p -m 700 \"$1\" && touch \"$1\"/.watched", [rig.cache.string])
    }

    @Test(
        "S5.7 a file larger than the cache may be is read whole, twice and at random, and the cache stays within its bound"
    )
    func larger() async throws {
        try await Self.withImage(60 * Self.megabyte) { rig in
            let expected = try await Self.expected(rig)
            try await Self.begin(rig)
            try await rig.mounted(options: ["--cache-size", "20M"]) { (mount) async throws in
                let (read, most, memory) = try await Self.watched(
                    rig, mount, "sha256sum < \"$M/$1\" && sha256sum < \"$M/$1\"", [Self.image])
                #expect(read.text == expected + expected, "\(read.errors)")
                #expect(most <= 22 * Self.megabyte, "the cache took \(most) bytes of the disk")
                #expect(memory <= 64 * Self.megabyte, "\(memory) bytes of memory above idle")
                let parts = try await mount.shell(
                    "for at in 57 3 41; do dd if=\"$M/$1\" bs=1M count=1 skip=$at status=none iflag=direct || exit; done | sha256sum; sha256sum < /dev/null",
                    [Self.image])
                #expect(parts.status == 0, "\(parts.errors)")
                // What fits is kept as ever.
                #expect(try await mount.shell("cat \"$M\"/jobs/\(JobName.invoice)/result.md").status == 0)
                rig.emulator.clearRequests()
                #expect(try await mount.shell("cat \"$M\"/jobs/\(JobName.invoice)/result.md").status == 0)
                #expect(rig.emulator.requests().isEmpty)
            }
        }
    }

    @Test("S5.7 without ranges such a file is EFBIG, and explained; what was announced is not fetched for nothing")
    func largerWithoutRanges() async throws {
        try await Self.withImage(60 * Self.megabyte) { rig in
            rig.emulator.setFeatures { $0.ranges = false }
            try await Self.begin(rig)
            try await rig.mounted(options: ["--cache-size", "20M"]) { (mount) async throws in
                let (read, most, _) = try await Self.watched(rig, mount, "cat \"$M/$1\"", [Self.image])
                #expect(read.status != 0 && read.errors.contains("File too large"), "\(read.errors)")
                #expect(most <= 22 * Self.megabyte, "the cache took \(most) bytes of the disk")
                let words = try await rig.pulsefs("explain", mount.path.appending(Self.image).string)
                #expect(words.text.contains("--cache-size"), "\(words.text)")
            }
        }
    }

    @Test("S5.7 a body without an end fills neither the disk nor memory, and the next file is read")
    func endless() async throws {
        let server = try ScriptedServer { connection in
            let request = try connection.readRequest()
            if request.hasPrefix("HEAD") {
                return try connection.send("HTTP/1.1 405 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            }
            try connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            let piece = [UInt8]("10000\r\n".utf8) + [UInt8](repeating: 7, count: 1 << 16) + [UInt8]("\r\n".utf8)
            while true { try connection.send(piece) }
        }
        let result: JSONNode = [
            "markdown": "x",
            "bounding_boxes": ["Images": [["id": "a", "image_url": .string(server.url("/picture.png"))]]],
        ]
        try await Rig.with(adding: [EmulatedJob(id: "endless", result: .inline(result))]) { rig in
            try await Self.begin(rig)
            try await rig.mounted(options: ["--cache-size", "20M"]) { (mount) async throws in
                let (read, most, memory) = try await Self.watched(
                    rig, mount, "cat \"$M\"/jobs/endless/images/picture.png | wc -c")
                #expect(read.errors.contains("File too large"), "\(read.errors)")
                #expect(most <= 22 * Self.megabyte, "the cache took \(most) bytes of the disk")
                #expect(memory <= 64 * Self.megabyte, "\(memory) bytes of memory above idle")
                #expect(try await mount.shell("cat \"$M\"/jobs/\(JobName.invoice)/images/*").status == 0)
            }
        }
    }

    @Test(
        "S5.7 S2.7 a version that changes while it is read without being kept is ESTALE for that reader, then the new one"
    )
    func changed() async throws {
        let isNew = Atomic(false)
        let size = 60 * Self.megabyte
        let file = try ScriptedFile { request in
            let version: UInt8 = isNew.load(ordering: .sequentiallyConsistent) ? 2 : 1
            let tag = "ETag: \"\(version)\""
            guard let range = request.range, request.ifRange ?? "\"\(version)\"" == "\"\(version)\"" else {
                let fields = ["Content-Length: \(size)", "Accept-Ranges: bytes", tag]
                return ScriptedFile.Answer("200 OK", fields, [UInt8](repeating: version, count: size))
            }
            let last = min(range.last ?? size - 1, size - 1)
            return ScriptedFile.Answer(
                "206 Partial Content",
                [
                    "Content-Length: \(last - range.first + 1)", "Content-Range: bytes \(range.first)-\(last)/\(size)",
                    tag,
                ],
                [UInt8](repeating: version, count: last - range.first + 1))
        }
        let result: JSONNode = [
            "markdown": "x", "bounding_boxes": ["Images": [["id": "a", "image_url": .string(file.url)]]],
        ]
        try await Rig.mounted(
            adding: [EmulatedJob(id: "elsewhere", result: .inline(result))], options: ["--cache-size", "20M"]
        ) { (rig, mount) async throws in
            let go = rig.scratch.appending("go").string
            async let reader = mount.shell(
                """
                exec 3< "$M/jobs/elsewhere/images/picture.png"
                head -c 65536 <&3 | tr -d '\\001' | wc -c; touch "$1.began"
                while ! [ -e "$1" ]; do sleep 0.05; done
                dd bs=64k skip=800 count=1 <&3 | tr -d '\\001' | wc -c
                """, [go], timeout: 90)
            try await mount.eventually("[ -e \"$1.began\" ]", [go])
            isNew.store(true, ordering: .sequentiallyConsistent)
            try await Shell.run("touch \"$1\"", [go])
            let outcome = try await reader
            #expect(outcome.lines == ["0", "0"] && outcome.errors.contains("Stale file handle"), "\(outcome.errors)")
            let whole = try await mount.shell(
                "cat \"$M\"/jobs/elsewhere/images/picture.png | tr -d '\\002' | wc -c; wc -c < \"$M\"/jobs/elsewhere/images/picture.png"
            )
            #expect(whole.lines == ["0", "\(size)"], "\(whole.errors)")
        }
    }

    @Test("S5.7 with few descriptors 900 readers of as many files all get theirs", arguments: [64, 256, 1024])
    func descriptors(limit: Int) async throws {
        try await Rig.with(adding: [.syntheticImages(id: "many", count: 900, size: 3000)]) { rig in
            let limited = ["sh", "-c", "ulimit -n \(limit) && exec \"$@\"", "sh"]
            try await rig.mounted(options: ["--timeout", "3m"], tracing: limited) { (mount) async throws in
                let read = try await mount.shell(
                    """
                    cd "$M/jobs/many/images" && for file in *; do cat "$file" > /dev/null & done
                    failed=0; for job in $(jobs -p); do wait "$job" || failed=$((failed + 1)); done; echo "$failed failed"
                    """, timeout: 300)
                #expect(read.lines == ["0 failed"], "\(read.errors.prefix(2000)) \(mount.process.errors.prefix(2000))")
                let sums = try await mount.shell("cd \"$M/jobs/many/images\" && cat * | wc -c")
                #expect(sums.lines == ["\(900 * 3000)"])
            }
        }
    }

    @Test("S5.7 with too few descriptors a mount says so and does not begin")
    func tooFew() async throws {
        try await Rig.with { rig in
            let directory = try rig.scratch.make("mnt")
            let outcome = try await Shell.run(
                "ulimit -n 32; exec \"$1\" mount --foreground --api-url \"$2\" --cache-dir \"$3\" \"$4\"",
                [BuiltProducts.pulsefs, rig.emulator.baseURL, rig.cache.string, directory.string],
                environment: ["PULSE_API_KEY": TestKeys.northwind])
            #expect(outcome.status == 1 && outcome.errors.contains("ulimit -n"), "\(outcome.errors)")
        }
    }

    @Test("S5.7 with a limit on the size of files (ulimit -f) larger images are read whole, and the process lives")
    func fileSize() async throws {
        try await Self.withImage(6 * Self.megabyte) { rig in
            let expected = try await Self.expected(rig)
            // In blocks of 512 bytes, as POSIX has it.
            let limited = ["sh", "-c", "ulimit -f 4096 && exec \"$@\"", "sh"]
            try await rig.mounted(tracing: limited) { (mount) async throws in
                for _ in 1...2 {
                    let read = try await mount.shell("sha256sum < \"$M/$1\"", [Self.image])
                    #expect(read.text == expected, "\(read.errors)")
                }
                #expect(try await mount.shell("cat \"$M\"/jobs/\(JobName.invoice)/result.md").status == 0)
            }
        }
    }

    @Test("S1.6 df shows the cache's own limits, at once, and asks nobody")
    func space() async throws {
        try await Self.withImage(5 * Self.megabyte) { rig in
            try await rig.mounted(options: ["--cache-size", "50M"]) { (mount) async throws in
                func space() async throws -> [Int] {
                    try await mount.shell("df -B1 --output=size,used,avail \"$M\" | tail -n 1").text
                        .split(separator: " ").compactMap { Int($0.filter(\.isNumber)) }
                }
                let before = try await space()
                try #require(before.count == 3)
                #expect(before[0] == 50 * Self.megabyte && before[0] == before[1] + before[2])
                #expect(try await mount.shell("cat \"$M/$1\" > /dev/null", [Self.image]).status == 0)
                try await mount.eventually {
                    let after = try await space()
                    return after[0] == before[0] && after[1] - before[1] >= 5 * Self.megabyte
                        && after[1] - before[1] < 6 * Self.megabyte
                }
                rig.emulator.clearRequests()
                _ = try await space()
                #expect(rig.emulator.requests().isEmpty)
            }
        }
    }
}
