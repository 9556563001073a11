import Foundation
import PulseEmulator
import PulseTestSupport
import Testing

@Suite("Transcripts", .takingTurns, .timeLimit(.minutes(10)))
struct TranscriptTests {
    private static let isWriting = ProcessInfo.processInfo.environment["PULSEFS_WRITE_TRANSCRIPTS"] == "1"

    @Test(
        "S7.3 what a user sees is what docs/transcripts says; scripts/transcripts writes it anew",
        arguments: Transcript.all)
    func page(_ transcript: Transcript) async throws {
        try await Rig.with { (rig) async throws in
            let seen = try await transcript.played(rig)
            if Self.isWriting {
                try FileManager.default.createDirectory(at: Transcript.directory, withIntermediateDirectories: true)
                try Data(seen.utf8).write(to: transcript.page)
            }
            let written = try String(contentsOf: transcript.page, encoding: .utf8)
            #expect(seen.split(separator: "\n") == written.split(separator: "\n"))
            #expect(!seen.contains(TestKeys.northwind) && !seen.contains(TestKeys.northwindSecond))
        }
    }

    @Test("every command has a page, with its help, and no page is left over")
    func complete() async throws {
        func listed(by words: String) async throws -> [String] {
            let help = try await Shell.run("\"$1\" \(words)", [BuiltProducts.pulsefs])
            return help.text.matches(of: #/(?m)^  ([a-z]+) {2,}\S/#).map { String($0.output.1) }
        }
        let groups = ["jobs", "cache", "store"]
        var commands = try await listed(by: "--help").filter { !(groups + ["help"]).contains($0) }
        for group in groups { commands += try await listed(by: "help \(group)").map { "\(group)-\($0)" } }
        #expect(commands.count > 12)
        #expect(Set(commands) == Set(Transcript.ofCommands.map(\.name)))
        for transcript in Transcript.ofCommands {
            #expect(transcript.commands.first?.shown.hasSuffix("--help") == true, "\(transcript.name)")
            // Help, one success, and the likeliest mistakes.
            #expect(transcript.commands.count(where: \.isRemark) >= 2, "\(transcript.name)")
        }
        let pages = try FileManager.default.contentsOfDirectory(atPath: Transcript.directory.path)
        #expect(Set(pages) == Set(Transcript.all.map { "\($0.name).txt" }))
    }
}
