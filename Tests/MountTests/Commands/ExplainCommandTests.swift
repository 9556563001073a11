import Foundation
import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

@Suite("pulsefs explain", .takingTurns, .timeLimit(.minutes(10)))
struct ExplainCommandTests {
    /// What a program did, and what is found then.
    struct Case: Sendable, CustomTestStringConvertible {
        let path: String
        /// What happens to requests for the job or its files.
        var fault: (effect: Fault.Effect, on: String)?
        let finding: String
        var errno: String?
        var status: Int?
        /// Part of the words.
        var words = ""
        var isFine = false

        var testDescription: String { "\(path): \(finding)" }
    }

    private static let image = "jobs/\(JobName.invoice)/images/logo.png"
    private static let imageRequests = "/results/\(JobName.invoice)/images/logo.png"

    @Test("S5.5: a path of a mount is explained from a cache that is named, as one below its root is")
    func namedCache() async throws {
        try await Rig.mounted { (rig, mount) async throws in
            try await mount.shell("cat \"$M/jobs/$1/result.md\"", [JobName.invoice])
            let path = mount.path.appending("jobs/\(JobName.invoice)/result.md").string
            for named in [path, "jobs/\(JobName.invoice)/result.md"] {
                let said = try await rig.pulsefs("explain", "--json", "--cache-dir", rig.cache.string, named)
                #expect(said.status == 0 && said.text.contains("\"finding\" : \"fine\""), "\(named): \(said.text)")
            }
            let other = try await rig.pulsefs("explain", "--cache-dir", rig.cache.string, "/nowhere/jobs/a")
            #expect(other.status == 1 && other.text.contains("outside any mount"), "\(other.text)")
        }
    }

    static let cases = [
        Case(path: "jobs/a b", finding: "not_a_name", errno: "ENOENT", words: "letters, digits"),
        Case(
            path: "jobs/no-such-job/result.md", finding: "unknown_job", errno: "ENOENT", status: 404,
            words: "knows no such job"),
        Case(
            path: "jobs/\(JobName.contoso)", finding: "forbidden", errno: "EACCES", status: 403, words: "another organi"
        ),
        Case(
            path: "jobs/unpaid", fault: (.status(402, message: "no credit"), "/job/unpaid"),
            finding: "payment_required",
            errno: "EDQUOT", status: 402, words: "no credit"),
        Case(
            path: "jobs/limited", fault: (.status(429, headers: [("Retry-After", "17")]), "/job/limited"),
            finding: "busy", errno: "EBUSY", status: 429, words: "wait 17 s"),
        Case(
            path: "jobs/broken", fault: (.status(500), "/job/broken"), finding: "server_error", errno: "EIO",
            status: 500, words: "tried "),
        Case(
            path: "jobs/garbled", fault: (.json("{\"job_id\": "), "/job/garbled"), finding: "not_a_job",
            errno: "EBADMSG", words: "does not describe a job"),
        Case(
            path: "jobs/moved", fault: (.status(302), "/job/moved"),
            finding: "unexpected_status", errno: "EIO", status: 302, words: "proxy"),
        Case(
            path: "jobs/\(JobName.processing)/result.md", finding: "running", errno: "ENOENT",
            words: "pulsefs wait \(JobName.processing)"),
        Case(
            path: "jobs/\(JobName.failed)/result.md", finding: "failed", errno: "ENOENT",
            words: "error.txt: The job failed"),
        Case(path: "jobs/upload-withdrawn-0007/result.json", finding: "canceled", errno: "ENOENT", words: "canceled"),
        Case(
            path: "jobs/statement-2021-03/result.md", finding: "expired", errno: "ENOENT", words: "has deleted the job"),
        Case(
            path: "jobs/\(JobName.invoice)/images/nope.png", finding: "not_in_result", errno: "ENOENT", status: 404,
            words: "no such file"),
        Case(
            path: image, fault: (.status(404), imageRequests), finding: "missing_file", errno: "ENOENT", status: 404,
            words: "names the file"),
        Case(
            path: "jobs/\(JobName.report)/images/fig-3-margins.png",
            fault: (.status(503), "/results/\(JobName.report)/images/fig-3-margins.png"), finding: "busy",
            errno: "EBUSY",
            status: 503, words: "API is busy"),
        Case(path: "jobs/\(JobName.invoice)/form.pdf", finding: "not_in_result", errno: "ENOENT"),
        Case(path: "jobs/\(JobName.invoice)/result.pdf", finding: "not_in_tree", errno: "ENOENT", words: "README.txt"),
        Case(path: "other/thing", finding: "not_in_tree", errno: "ENOENT"),
        Case(path: "jobs/\(JobName.invoice)/result.md", finding: "fine", words: "in the cache", isFine: true),
        Case(path: "jobs/\(JobName.invoice)/error.txt", finding: "nothing_to_explain", errno: "ENOENT", isFine: true),
        Case(path: "jobs/\(JobName.processing)/status.json", finding: "fine", isFine: true),
        Case(path: "jobs/\(JobName.processing)/.wait", finding: "fine", isFine: true),
        Case(path: "README.txt", finding: "fine", isFine: true),
        Case(path: ".pulsefs/log", finding: "fine", isFine: true),
        Case(path: "", finding: "fine", isFine: true),
        // The last one, as the API is left alone for a while after so many requests without an answer.
        Case(
            path: "jobs/lost", fault: (.resetBeforeHeaders, "/job/lost"), finding: "connection_lost", errno: "EIO",
            words: "connection broke"),
    ]

    @Test("S5.5 on a mount each failure is explained in words and as JSON, without a request")
    func onAMount() async throws {
        try await Rig.mounted(options: ["--timeout", "1s"]) { (rig, mount) async throws in
            for expected in Self.cases where !expected.path.hasSuffix(".wait") {
                if let fault = expected.fault { rig.emulator.set(fault.effect, on: .path(fault.on)) }
                try await mount.shell("head -c 100 \"$M/$1\"", [expected.path])
                rig.emulator.clearFaults()
            }
            try await rig.emulator.waitUntilIdle()
            rig.emulator.clearRequests()
            for expected in Self.cases {
                let path = mount.path.string + "/" + expected.path
                let said = try await rig.pulsefs("explain", "--json", path, key: nil)
                #expect(said.status == (expected.isFine ? 0 : 1), "\(expected.path): \(said.errors)")
                let found = try said.object()
                #expect(found["finding"] as? String == expected.finding, "\(expected.path): \(found)")
                #expect(found["errno"] as? String == expected.errno, "\(expected.path)")
                #expect(found["fine"] as? Bool == expected.isFine)
                #expect(Set(found.keys) == Self.keys)
                let problem = found["problem"] as? [String: Any]
                #expect(problem?["status"] as? Int == expected.status, "\(expected.path): \(found)")
                if expected.status != nil {
                    #expect((problem?["request"] as? String)?.contains("/") == true)
                    #expect(problem?["time"] is String && problem?["tries"] is Int)
                }
                let words = try await rig.pulsefs("explain", path, key: nil)
                #expect(words.status == said.status, "\(expected.path)")
                #expect(expected.words.isEmpty || words.text.contains(expected.words), "\(words.text)")
            }
            #expect(rig.emulator.requests().isEmpty, "\(rig.emulator.requestCounts)")
            #expect(
                try await mount.shell("ls -a \"$M\"/.pulsefs/explain; ls \"$M\"/.pulsefs").lines.contains("explain")
                    == false)
            #expect(try await mount.shell("ls \"$M\"/.pulsefs/explain").output.isEmpty)
        }
    }

    private static let keys: Set = [
        "path", "finding", "fine", "what", "known", "errno", "size", "cached", "problem", "advice",
    ]

    @Test("S5.5 an API that nobody serves is refused, a host that has no name is not resolved, and both are explained")
    func unreachable() async throws {
        let port = try ReservedPort()
        defer { withExtendedLifetime(port) {} }
        try await ScratchDirectory.with { (scratch) async throws in
            for (api, finding, words) in [
                ("http://127.0.0.1:\(port.number)", "refused", "No server listens"),
                ("http://no-such-host.invalid", "name_not_resolved", "host name cannot be resolved"),
            ] {
                try await MountedPulseFS.with(
                    api: api, cache: scratch.appending(finding), in: scratch, options: ["--timeout", "1s"]
                ) {
                    (mount) async throws in
                    try await mount.shell("stat \"$M\"/jobs/abc; stat \"$M\"/jobs/abc")
                    let said = try await Shell.run(
                        "\"$1\" explain \"$2\"; \"$1\" explain --json \"$2\"",
                        [BuiltProducts.pulsefs, mount.path.appending("jobs/abc/result.md").string])
                    #expect(
                        said.text.contains(words) && said.text.contains("\"finding\" : \"\(finding)\""), "\(said.text)")
                    #expect(said.text.contains("tried "))
                }
            }
        }
    }

    @Test("S5.5 a refused key is the explanation of everything under jobs, and of nothing else")
    func refusedKey() async throws {
        try await Rig.mounted(options: KeyScript.quick) { (rig, mount) async throws in
            try await mount.shell("cat \"$M/jobs/$1/result.md\"", [JobName.invoice])
            rig.emulator.revoke(key: TestKeys.northwind)
            try await mount.wait(forKeyState: "refused")
            for path in ["jobs", "jobs/\(JobName.invoice)/result.md", "jobs/never-seen"] {
                let said = try await rig.pulsefs("explain", "--json", mount.path.appending(path).string, key: nil)
                let found = try said.object()
                #expect(said.status == 1 && found["finding"] as? String == "key_refused", "\(found)")
                #expect(found["errno"] as? String == "EACCES")
                let problem = try #require(found["problem"] as? [String: Any])
                #expect(problem["status"] as? Int == 401 && (problem["message"] as? String)?.isEmpty == false)
                #expect(!said.text.contains(TestKeys.northwind) && !said.text.contains("completed"))
            }
            let root = try await rig.pulsefs("explain", mount.path.string, key: nil)
            #expect(root.status == 0)
            let log = String(decoding: try await mount.bytes(".pulsefs/log"), as: UTF8.self)
            #expect(log.contains("\"event\":\"key_closed\"") && !log.contains(TestKeys.northwind))
        }
    }

    @Test("S5.5 S3.1 a withheld large result, one that was delivered elsewhere, and one that is here")
    func largeResults() async throws {
        let jobs = ["held", "gone", "here"].map { EmulatedJob.syntheticSingleUse(id: $0, markdownSize: 200) }
        try await Rig.with(adding: jobs) { (rig) async throws in
            let other = rig.scratch.appending("other")
            try await rig.mounted(cache: other) { (mount) async throws in
                #expect(try await mount.bytes("jobs/gone/result.md").count == 200)
            }
            try await rig.mounted { (mount) async throws in
                _ = try await mount.shell("cat \"$M\"/jobs/gone/result.md \"$M\"/jobs/here/result.md")
            }
            try await rig.mounted(options: ["--large-results", "manual"]) { (mount) async throws in
                try await mount.shell("ls \"$M\"/jobs/*; cat \"$M\"/jobs/held/result.md")
                rig.emulator.clearRequests()
                for (job, finding) in [("held", "withheld"), ("gone", "delivered_elsewhere"), ("here", "fine")] {
                    let said = try await rig.pulsefs(
                        "explain", "--json", mount.path.appending("jobs/\(job)/result.md").string)
                    let found = try said.object()
                    #expect(found["finding"] as? String == finding, "\(found)")
                    // The same from the cache alone.
                    let offline = try await rig.run(
                        ["explain", "jobs/\(job)/result.md", "--json", "--cache-dir", rig.cache.string])
                    let expected = job == "held" ? "not_fetched_yet" : finding
                    #expect(try offline.object()["finding"] as? String == expected, "\(offline.text)")
                }
                let here = try await rig.pulsefs("explain", mount.path.appending("jobs/here/result.md").string)
                #expect(here.text.contains("was delivered at"), "\(here.text)")
                #expect(rig.emulator.requests().isEmpty)
            }
            // Someone has tidied up in the cache.
            try await Shell.run("rm -r \"$1\"/blobs/*/here", [rig.cache.string])
            try await rig.mounted { (mount) async throws in
                #expect(try await mount.shell("cat \"$M\"/jobs/here/result.md").status != 0)
                let lost = try await rig.pulsefs(
                    "explain", "--json", mount.path.appending("jobs/here/result.md").string)
                #expect(try lost.object()["finding"] as? String == "lost_single_use", "\(lost.text)")
            }
        }
    }

    @Test("S5.5 without a mount: from the cache alone, without a request")
    func fromTheCache() async throws {
        try await Rig.with { (rig) async throws in
            _ = try await rig.pulsefs("jobs", "add", JobName.invoice, JobName.processing, JobName.failed)
            rig.emulator.clearRequests()
            let cases: [(words: [String], key: String?, status: Int32, finding: String)] = [
                (["jobs/\(JobName.invoice)/result.md"], TestKeys.northwind, 0, "fine"),
                ([JobName.invoice], TestKeys.northwind, 0, "fine"),
                ([Self.image], TestKeys.northwind, 0, "not_fetched_yet"),
                (["jobs/\(JobName.processing)/result.md"], TestKeys.northwind, 1, "running"),
                ([JobName.failed], TestKeys.northwind, 1, "failed"),
                (["never-seen"], TestKeys.northwind, 1, "never_asked"),
                (["jobs/../etc"], TestKeys.northwind, 1, "not_a_name"),
                ([JobName.invoice], TestKeys.contoso, 1, "not_shown"),
                ([JobName.invoice], nil, 1, "no_key"),
                (["/etc/passwd"], TestKeys.northwind, 1, "outside_mount"),
                (["./nothing/here"], TestKeys.northwind, 1, "outside_mount"),
            ]
            for expected in cases {
                let said = try await rig.run(["explain", "--json"] + expected.words, key: expected.key)
                #expect(said.status == expected.status, "\(expected): \(said.errors)")
                #expect(try said.object()["finding"] as? String == expected.finding, "\(expected)")
            }
            #expect(try await rig.pulsefs("explain").status == 64)
            #expect(try await rig.pulsefs("explain", "").status == 64)
            #expect(rig.emulator.requests().isEmpty)
        }
    }

    @Test("S5.5 a mount whose process is gone is explained too")
    func deadMount() async throws {
        try await Rig.with { (rig) async throws in
            try? await rig.mounted { (mount) async throws in
                mount.process.signal(SIGKILL)
                #expect(await mount.process.ended(within: .seconds(10)) != nil)
                let said = try await rig.pulsefs("explain", "--json", mount.path.appending("jobs/a").string)
                #expect(said.status == 1)
                #expect(try said.object()["finding"] as? String == "mount_is_dead", "\(said.text)")
            }
        }
    }

    @Test("S5.5 S7.6 a file that was damaged in the cache, and one that was evicted")
    func damaged() async throws {
        try await Rig.with { (rig) async throws in
            try await rig.mounted { (mount) async throws in
                _ = try await mount.shell("cat \"$M/$1\"", [Self.image])
            }
            try await rig.flipBit(of: JobName.invoice, slot: 3)
            try await rig.mounted { (mount) async throws in
                let text = try await mount.bytes("jobs/\(JobName.invoice)/result.md")
                #expect(text == Array(rig.emulator.markdown(of: JobName.invoice)?.utf8 ?? "".utf8))
                let said = try await rig.pulsefs(
                    "explain", mount.path.appending("jobs/\(JobName.invoice)/result.md").string)
                #expect(said.status == 0 && said.text.contains("damaged copy of it was set aside"), "\(said.text)")
                let log = String(decoding: try await mount.bytes(".pulsefs/log"), as: UTF8.self)
                #expect(log.contains("\"event\":\"file_quarantined\"") && log.contains("\"file\":\"result.md\""))
                _ = try await rig.pulsefs("cache", "prune", "--to", "0")
                let image = try await rig.pulsefs("explain", "--json", mount.path.appending(Self.image).string)
                #expect(["evicted", "not_fetched_yet"].contains(try image.object()["finding"] as? String ?? ""))
                #expect(image.status == 0)
            }
        }
    }
}
