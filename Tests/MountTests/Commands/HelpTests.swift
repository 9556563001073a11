import PulseTestSupport
import Testing

@Suite("Help and usage", .takingTurns, .timeLimit(.minutes(10)))
struct HelpTests {
    @Test(
        "help has an example, the options and the exit codes",
        arguments: [
            "mount", "unmount", "status", "fetch", "export", "jobs add", "jobs list", "jobs forget", "cache info",
            "cache verify", "cache prune", "store init", "store info", "store check", "wait", "explain", "config",
            "doctor",
        ])
    func help(_ command: String) async throws {
        let said = try await Shell.run("\"$1\" help \(command)", [BuiltProducts.pulsefs], timeout: 30)
        #expect(said.status == 0 && said.errors.isEmpty)
        #expect(said.text.contains("Exit codes: 0"))
        #expect(said.text.contains("\n  ") && said.text.contains("pulsefs \(command)"))
        let other = try await Shell.run("\"$1\" \(command) --help", [BuiltProducts.pulsefs], timeout: 30)
        #expect(other.text == said.text)
    }

    @Test("help of a group lists its commands")
    func groups() async throws {
        let said = try await Shell.run("\"$1\" jobs; \"$1\" cache; \"$1\" --help", [BuiltProducts.pulsefs], timeout: 30)
        #expect(said.status == 0)
        for word in ["add", "list", "forget", "info", "verify", "prune", "fetch", "wait"] {
            #expect(said.text.contains("\n  \(word) "), "\(word)")
        }
    }

    @Test(
        "wrong usage is exit code 64",
        arguments: [
            "jobs list extra", "jobs no-such", "cache prune --to 10X", "cache prune --to", "cache info --cache-size -1",
            "mount --cache-size many /tmp", "mount --large-results never /tmp", "mount --on-expiry burn /tmp",
            "fetch --no-such a", "explain", "config --api-key k", "config --umask 999", "mount --api-key k /tmp",
            "doctor a b", "store info --store-addressing host s3://bucket", "store check a b", "unmount --all /tmp",
            "unmount --timeout soon /tmp", "status --no-such",
            "mount --verbose --quiet /tmp",
        ])
    func usage(_ words: String) async throws {
        let said = try await Shell.run("\"$1\" \(words)", [BuiltProducts.pulsefs], timeout: 30)
        #expect(said.status == 64)
        #expect(said.output.isEmpty && !said.errors.isEmpty)
    }
}
