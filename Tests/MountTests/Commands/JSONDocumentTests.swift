import Foundation
import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

/// `docs/json.md` is what the commands print.
@Suite("docs/json.md", .takingTurns, .timeLimit(.minutes(5)))
struct JSONDocumentTests {
    private static let page = Transcript.directory.deletingLastPathComponent().appending(path: "json.md")

    private static func schemas() throws -> [String: JSONSchema] {
        let all = JSONSchema.all(in: try String(contentsOf: page, encoding: .utf8))
        return Dictionary(all.map { ($0.command, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Compares outputs of a command with its section, whose every key one of them has to have.
    private static func check(
        _ command: String, _ outputs: [Shell.Outcome], sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let schema = try #require(try schemas()[command], sourceLocation: sourceLocation)
        #expect(!schema.types.isEmpty, sourceLocation: sourceLocation)
        var seen: Set<String> = []
        for output in outputs {
            let value = try JSONDecoder().decode(JSONValue.self, from: Data(output.output))
            let mistakes = schema.mistakes(in: value, seen: &seen)
            #expect(mistakes.isEmpty, "\(command)", sourceLocation: sourceLocation)
        }
        #expect(seen == Set(schema.types.keys), "\(command): no output had some keys", sourceLocation: sourceLocation)
    }

    @Test("S7.3 status and explain print what the page says")
    func ofMounts() async throws {
        try await Rig.mounted { (rig, mount) async throws in
            let path = mount.path.string
            try Self.check("pulsefs status", [try await rig.pulsefs("status", "--json", path)])
            try await mount.shell("cat \"$M/jobs/no-such-job/result.md\" \"$M/jobs/\(JobName.invoice)/result.md\"")
            try Self.check(
                "pulsefs explain",
                [
                    try await rig.pulsefs("explain", "--json", "\(path)/jobs/\(JobName.invoice)/result.md"),
                    try await rig.pulsefs("explain", "--json", "\(path)/jobs/no-such-job/result.md"),
                ])
        }
    }

    @Test("S7.3 commands about jobs print what the page says")
    func ofJobs() async throws {
        try await Rig.with { (rig) async throws in
            let jobs = [JobName.invoice, JobName.failed, JobName.contoso]
            try Self.check("pulsefs fetch", [try await rig.run(["fetch", "--json"] + jobs)])
            try Self.check("pulsefs wait", [try await rig.run(["wait", "--json"] + jobs)])
            try Self.check(
                "pulsefs export", [try await rig.run(["export", "--json"] + jobs + [rig.scratch.make("out").string])])
            try Self.check("pulsefs jobs list", [try await rig.pulsefs("jobs", "list", "--json")])
            let line = try await rig.pulsefs("fetch", "--watch", "-", "--json", input: "\(JobName.invoice)\n").text
            #expect(line.split(separator: "\n").count == 1 && line.hasPrefix("{"))
        }
    }

    @Test("S7.3 commands about the cache, the settings and the machine print what the page says")
    func ofTheRest() async throws {
        try await Rig.with { (rig) async throws in
            _ = try await rig.pulsefs("fetch", JobName.invoice)
            try Self.check("pulsefs cache info", [try await rig.pulsefs("cache", "info", "--json")])
            try await rig.flipBit(of: JobName.invoice, slot: 3)
            try Self.check("pulsefs cache verify", [try await rig.pulsefs("cache", "verify", "--json")])
            try Self.check("pulsefs cache prune", [try await rig.pulsefs("cache", "prune", "--to", "0", "--json")])
            try Self.check("pulsefs config", [try await rig.pulsefs("config", "--json")])
            try Self.check("pulsefs config --path", [try await rig.pulsefs("config", "--path", "--json")])
            try Self.check("pulsefs doctor", [try await rig.pulsefs("doctor", "--json")])
        }
    }

    @Test(
        "S8.6 commands about a store print what the page says",
        .enabled(if: SeaweedServer.program != nil, Comment(rawValue: SeaweedServer.wanted)))
    func ofStores() async throws {
        try await SeaweedServer.with { server in
            try await ScratchDirectory.with { scratch in
                let environment = [
                    "HOME": scratch.path.string, "AWS_ENDPOINT_URL_S3": server.url,
                    "AWS_ACCESS_KEY_ID": SeaweedServer.accessKey, "AWS_SECRET_ACCESS_KEY": SeaweedServer.secretKey,
                    "P": BuiltProducts.pulsefs,
                ]
                let made = try await Shell.run(
                    """
                    curl -s -o /dev/null -w '%{http_code}' -X PUT --retry 10 --aws-sigv4 aws:amz:us-east-1:s3 \\
                      --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" "$AWS_ENDPOINT_URL_S3/fleet"
                    """, environment: environment)
                #expect(made.text == "200")
                for command in ["check", "init", "info"] {
                    let said = try await Shell.run(
                        "cd; \"$P\" store \(command) --json s3://fleet/pulse \(command == "check" ? "" : "--store-secret-file ~/secret")",
                        environment: environment, timeout: 90)
                    try Self.check("pulsefs store \(command)", [said])
                }
            }
        }
    }

    /// A command as swift-argument-parser describes it.
    private struct Described: Decodable {
        struct Argument: Decodable {
            struct Name: Decodable { let name: String }
            let names: [Name]?
        }

        let commandName: String
        let subcommands: [Described]?
        let arguments: [Argument]?

        /// The commands below that have `--json`, each as it is typed.
        func withJSON(after words: String = "") -> [String] {
            let name = words.isEmpty ? commandName : "\(words) \(commandName)"
            let hasJSON = arguments?.contains { $0.names?.contains { $0.name == "json" } == true } == true
            return (hasJSON ? [name] : []) + (subcommands ?? []).flatMap { $0.withJSON(after: name) }
        }
    }

    @Test("every command with --json has a section, and there is no other")
    func complete() async throws {
        struct Dump: Decodable { let command: Described }
        let said = try await Shell.run("\"$1\" --experimental-dump-help", [BuiltProducts.pulsefs])
        let commands = try JSONDecoder().decode(Dump.self, from: Data(said.output)).command.withJSON()
        #expect(commands.count >= 14)
        #expect(try Set(commands + ["pulsefs config --path"]) == Set(Self.schemas().keys))
    }

    @Test("a value of another type, a key that is not on the page and one that is missing are noticed")
    func strict() throws {
        let schema = JSONSchema(command: "", types: ["[].a": ["string"], "[].b[].c": ["integer", "null"]])
        func mistakes(_ text: String) throws -> Int {
            var seen: Set<String> = []
            return schema.mistakes(in: try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8)), seen: &seen)
                .count
        }
        #expect(try mistakes(#"[{"a": "x", "b": [{"c": 1}, {"c": null}]}]"#) == 0)
        for text in [
            #"[{"a": 1, "b": []}]"#, #"[{"b": []}]"#, #"[{"a": "x"}]"#, #"[{"a": "x", "b": [], "d": 1}]"#,
            #"[{"a": "x", "b": [{"c": true}]}]"#, #"[{"a": "x", "b": [{}]}]"#,
        ] { #expect(try mistakes(text) == 1, "\(text)") }
    }
}
