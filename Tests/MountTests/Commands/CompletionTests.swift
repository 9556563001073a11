import PulseTestSupport
import Testing

@Suite("Completions", .timeLimit(.minutes(2)))
struct CompletionTests {
    /// What bash offers when Tab is pressed behind these words, the last of which is being typed.
    private func offered(_ words: [String]) async throws -> [String] {
        let script = """
            source <("$1" --generate-completion-script bash); shift
            COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}; COMPREPLY=()
            complete -p pulsefs > /dev/null || exit
            _pulsefs pulsefs "${!#}" "${COMP_WORDS[COMP_CWORD - 1]}"; printf '%s\\n' "${COMPREPLY[@]}"
            """
        let said = try await Shell.run(script, [BuiltProducts.pulsefs] + words, timeout: 30)
        #expect(said.status == 0 && said.errors.isEmpty, "\(said.errors)")
        return said.lines
    }

    @Test(
        "S7.3 bash completes commands, options and their values",
        arguments: [
            (["pulsefs", "mo"], ["mount"]), (["pulsefs", "jobs", "f"], ["forget"]),
            (["pulsefs", "mount", "--cache"], ["--cache-dir", "--cache-size"]),
            (["pulsefs", "mount", "--offline", ""], ["read", "deny"]),
            (["pulsefs", "status", "--j"], ["--json"]),
        ])
    func bash(_ words: [String], _ expected: [String]) async throws {
        #expect(try await offered(words).map { $0.filter { $0 != " " } } == expected)
    }

    @Test("S7.3 zsh and fish get completions of every command", arguments: ["zsh", "fish"])
    func others(_ shell: String) async throws {
        let said = try await Shell.run(
            "\"$1\" --generate-completion-script \(shell)", [BuiltProducts.pulsefs], timeout: 30)
        #expect(said.status == 0)
        for word in ["mount", "unmount", "status", "wait", "fetch", "export", "forget", "verify", "explain", "config"] {
            #expect(said.text.contains(word), "\(word)")
        }
        #expect(!said.text.contains("detached"))
    }
}
