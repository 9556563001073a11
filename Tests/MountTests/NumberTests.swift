import PulseEmulator
import PulseTestSupport
import Synchronization
import SystemPackage
import Testing

/// S2.7, S5.6: what a server says of lengths ends nothing and becomes no size, be it asked by `ls -l` or by a reader.
@Suite("Numbers from outside", .takingTurns, .timeLimit(.minutes(10)))
struct NumberTests {
    private static let file = "jobs/elsewhere/images/picture.png"

    static func job(_ urls: [String]) -> EmulatedJob {
        let images = urls.enumerated().map { number, url -> JSONNode in
            ["id": .string("image-\(number)"), "image_url": .string(url)]
        }
        let result: JSONNode = ["markdown": "x", "bounding_boxes": ["Images": .array(images)]]
        return EmulatedJob(id: "elsewhere", result: .inline(result))
    }

    static let lies = [
        ["Content-Length: 18446744073709551615"], ["Content-Length: 9223372036854775808"],
        ["Content-Length: 99999999999999999999999"], ["Content-Length: 5", "Content-Length: 6"],
        ["Content-Length: -5"], ["Content-Length: five"],
    ]

    @Test(
        "S2.7 S5.6: an image whose length is none is EIO with its reason, is kept nowhere, and ends nothing",
        arguments: lies)
    func lengths(lie: [String]) async throws {
        let isMended = Flag()
        let file = try ScriptedFile { request in
            .init("200 OK", isMended.isSet ? ["Content-Length: 5"] : lie, Array("hello".utf8))
        }
        try await Rig.mounted(adding: [Self.job([file.url])], options: ["--timeout", "2s"]) {
            (rig, mount) async throws in
            for _ in 1...4 {
                #expect(try await mount.errno(of: "os.stat(p)", Self.file) == "EIO")
                #expect(try await mount.errno(of: "open(p, 'rb').read()", Self.file) == "EIO")
            }
            let listed = try await mount.shell("ls -l \"$M/jobs/elsewhere/images\"")
            #expect(listed.errors.contains("Input/output error"))
            let explained = try await mount.shell(
                "cat \"$M/.pulsefs/explain/$1\"", [Self.file.replacing("/", with: "%2F")])
            #expect(explained.text.contains("length") || explained.text.contains("HTTP"), "\(explained.text)")
            #expect(try await Shell.run("find \"$1\"/blobs -name 64", [rig.cache.string]).output.isEmpty)
            // An answer that is no use is no silence: the server is not taken for one that does not answer.
            isMended.set()
            try await rig.eventually { try await mount.shell("cat \"$M/$1\"", [Self.file]).text == "hello" }
            #expect(try await mount.shell("ls \"$M/jobs\"").status == 0)
        }
    }

    @Test("S5.6: images of the greatest size there is, read in order, and a listing of them, end nothing")
    func greatest() async throws {
        let files = try (1...6).map { _ in
            try ScriptedFile { _ in .init("200 OK", ["Content-Length: 9223372036854775807"], Array("hello".utf8)) }
        }
        let urls = files.enumerated().map { number, file in file.url.replacing("picture", with: "picture\(number)") }
        try await Rig.mounted(adding: [Self.job(urls)], options: ["--timeout", "2s"]) { (rig, mount) async throws in
            let listed = try await mount.shell("ls -l \"$M/jobs/elsewhere/images\"; du -s \"$M/jobs/elsewhere\"")
            #expect(listed.text.contains("9223372036854775807"), "\(listed.text) \(listed.errors)")
            for number in 0..<6 {
                try await mount.shell("head -c 5 \"$M/jobs/elsewhere/images/picture\(number).png\"; true", timeout: 20)
            }
            try await mount.shell("tail -c 5 \"$M/jobs/elsewhere/images/picture0.png\"; true", timeout: 20)
            #expect(try await mount.shell("cat \"$M/jobs/elsewhere/result.md\"").text == "x")
        }
    }

    @Test(
        "S2.7: an image that is coded, though nobody asked for that, is decoded or EIO, and never its coded bytes",
        arguments: ["gzip", "br", "snowflake"])
    func coded(name: String) async throws {
        let plain = Array(repeating: UInt8(ascii: "a"), count: 300_000)
        let made = try await Shell.run("head -c 300000 /dev/zero | tr '\\0' a | gzip")
        let file = try ScriptedFile { _ in
            .init(
                "200 OK", ["Content-Encoding: \(name)", "Content-Length: \(made.output.count)", "ETag: \"a\""],
                made.output)
        }
        try await Rig.mounted(adding: [Self.job([file.url])], options: ["--timeout", "2s"]) {
            (rig, mount) async throws in
            if name == "gzip" {
                #expect(try await mount.bytes(Self.file) == plain)
                #expect(try await mount.shell("stat -c %s \"$M/$1\"", [Self.file]).lines == ["300000"])
            } else {
                #expect(try await mount.errno(of: "os.stat(p)", Self.file) == "EIO")
                #expect(try await Shell.run("find \"$1\"/blobs -name 64", [rig.cache.string]).output.isEmpty)
            }
        }
    }

    @Test("S2.8: a job's document is asked for compressed, and its files are those of the plain one; images are not")
    func compressed() async throws {
        let result = ##"{ "markdown" : "# Übersicht\n", "n": 1.50,  "bounding_boxes": {"Images": []} }"##
        let answer = #"{"job_id": "packed", "status": "completed", "result": "# + result + "}"
        let packed = try await Shell.run("printf %s \"$1\" | gzip -9", [answer]).output
        let asked = Mutex<[String]>([])
        let server = try ScriptedFile { request in
            asked.withLock { $0 += request.lines.filter { $0.lowercased().hasPrefix("accept-encoding:") } }
            return .init(
                "200 OK",
                ["Content-Encoding: gzip", "Content-Type: application/json", "Content-Length: \(packed.count)"], packed)
        }
        let origin = try #require(server.url.split(separator: "/").dropFirst().first)
        try await ScratchDirectory.with { (scratch) async throws in
            try await MountedPulseFS.with(
                api: "http://\(origin)", cache: scratch.appending("cache"), in: scratch, options: ["--timeout", "3s"]
            ) { (mount) async throws in
                #expect(try await mount.bytes("jobs/packed/result.json") == Array(result.utf8))
                #expect(try await mount.shell("cat \"$M/jobs/packed/result.md\"").text == "# Übersicht\n")
            }
        }
        #expect(asked.withLock { $0.contains { $0.contains("gzip") } })
    }

    @Test("S5.6: a row of the index with dates of any size is read at every start, and its job is asked about")
    func index() async throws {
        try await Rig.with { (rig) async throws in
            try await rig.mounted { (mount) async throws in
                _ = try await mount.shell(
                    "cat \"$M/jobs/\(JobName.processing)/status.json\" \"$M/jobs/\(JobName.invoice)/result.md\"")
            }
            for number in ["9223372036854775807", "-9223372036854775808"] {
                let changed = try await Shell.run(
                    """
                    python3 - "$1" <<'PY'
                    import glob, sqlite3, sys
                    for name in glob.glob(sys.argv[1] + "/index*"):
                        try:
                            index = sqlite3.connect(name)
                            for column in ("created", "updated", "checked"):
                                index.execute("UPDATE job SET %s = \(number)" % column)
                            index.execute("UPDATE artifact SET used = \(number)")
                            index.execute("UPDATE credential SET checkedAt = \(number)")
                            index.commit()
                            print("changed")
                        except sqlite3.DatabaseError:
                            pass
                    PY
                    """, [rig.cache.string])
                #expect(changed.text.contains("changed"), "\(changed.errors)")
                try await rig.mounted { (mount) async throws in
                    let read = try await mount.shell(
                        "ls -l \"$M/jobs\" && cat \"$M/.pulsefs/jobs\" && cat \"$M/jobs/\(JobName.processing)/status.json\" \"$M/jobs/\(JobName.invoice)/result.md\""
                    )
                    #expect(read.status == 0, "\(read.errors)")
                }
                #expect(try await rig.pulsefs("jobs", "list").status == 0)
                #expect(try await rig.pulsefs("cache", "info").status == 0)
                #expect(try await rig.pulsefs("cache", "prune").status == 0)
            }
        }
    }
}
