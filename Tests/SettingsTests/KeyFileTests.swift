import PulseAPI
import PulseTestSupport
import SystemPackage
import Testing

@testable import Settings

@Suite("Key file")
struct KeyFileTests {
    /// Runs a script with `$1` the path of the file to be made, and reads that.
    private func read(_ script: String) async throws -> Result<APIKey, SettingsProblem> {
        try await ScratchDirectory.with { (scratch) async throws in
            let path = scratch.appending("key")
            let outcome = try await Shell.run("umask 077; \(script)", [path.string])
            try #require(outcome.status == 0)
            do throws(SettingsProblem) { return .success(try KeyFile.read(path)) } catch { return .failure(error) }
        }
    }

    private func complaint(_ script: String) async throws -> String {
        guard case .failure(let error) = try await read(script) else { return "no complaint" }
        return error.message
    }

    @Test(
        "the key is what the file holds, without the white space around it",
        arguments: [
            "printf k-1", "echo k-1", "printf 'k-1\\r\\n'", "printf '\\n  k-1\\n\\n'",
        ])
    func content(script: String) async throws {
        #expect(try await read(script + " >\"$1\"").get() == APIKey("k-1"))
    }

    @Test(
        "S4.3 a file that others can read is refused, with the command that mends it",
        arguments: [
            "0640", "0604", "0660", "0644", "0610",
        ])
    func open(mode: String) async throws {
        let text = try await complaint("echo k-1 >\"$1\"; chmod \(mode) \"$1\"")
        #expect(text.contains("others can read") && text.contains("chmod 600"))
        #expect(!text.contains("k-1"))
    }

    @Test(
        "a file without a key is refused, and what it holds is not shown",
        arguments: [
            ":", "printf '\\n \\n'", "printf 'one\\ntwo'", "printf 'se cret'", "printf '\\377\\376'",
            "printf 'gr\\303\\274n'",
            "head -c 9000 /dev/zero | tr '\\0' x",
        ])
    func noKey(script: String) async throws {
        let text = try await complaint("{ \(script); } >\"$1\"")
        #expect(text.contains("holds no API key") && text.contains("in one line"))
        #expect(!text.contains("cret") && !text.contains("two"))
    }

    @Test(
        "what is no file is refused without waiting for it", .timeLimit(.minutes(1)),
        arguments: [
            "mkdir \"$1\"", "mkfifo \"$1\"", "ln -s /dev/null \"$1\"",
        ])
    func noFile(script: String) async throws {
        let text = try await complaint(script)
        #expect(text.contains("is not a file") && text.contains("name one"))
    }

    @Test("a file that is not there is named, and what to do about it")
    func missing() async throws {
        let text = try await complaint(":")
        #expect(text.contains("cannot read") && text.contains("/key") && text.contains("--api-key-file"))
    }
}
