import Foundation
import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

@Suite("Completions", .timeLimit(.minutes(5)))
struct CompletionTests {
    /// What bash offers when Tab is pressed behind these words, the last of which is being typed.
    private func offered(_ words: [String], _ environment: [String: String] = [:]) async throws -> [String] {
        let script = """
            pulsefs() { "$P" "$@"; }
            source <("$1" --generate-completion-script bash); P=$1; shift
            COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}; COMPREPLY=()
            complete -p pulsefs > /dev/null || exit
            _pulsefs pulsefs "${!#}" "${COMP_WORDS[COMP_CWORD - 1]}"; printf '%s\\n' "${COMPREPLY[@]}"
            """
        let said = try await Shell.run(script, [BuiltProducts.pulsefs] + words, environment: environment, timeout: 30)
        #expect(said.status == 0 && said.errors.isEmpty, "\(said.errors)")
        return said.lines.map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }

    @Test("S7.3 the ids of known jobs are completed from the index, without a request, for each key its own")
    func ids() async throws {
        try await Rig.with { (rig) async throws in
            #expect(try await offered(["pulsefs", "wait", ""], rig.environment()).isEmpty)
            _ = try await rig.pulsefs("jobs", "add", JobName.invoice, JobName.failed)
            _ = try await rig.pulsefs("jobs", "add", JobName.contoso, key: TestKeys.contoso)
            rig.emulator.clearRequests()
            func ids(_ words: String..., key: String? = TestKeys.northwind) async throws -> Set<String> {
                Set(try await offered(["pulsefs"] + words, rig.environment(key: key)))
            }
            let own: Set = [JobName.invoice, JobName.failed]
            for command in [["wait"], ["fetch"], ["jobs", "forget"]] {
                #expect(try await Set(offered(["pulsefs"] + command + [""], rig.environment())) == own)
            }
            #expect(try await ids("wait", "inv") == [JobName.invoice])
            #expect(try await ids("wait", JobName.invoice, "") == [JobName.failed])
            #expect(try await ids("wait", JobName.invoice) == [JobName.invoice])
            #expect(try await ids("wait", "", key: TestKeys.contoso) == [JobName.contoso])
            // The cache is the user's.
            #expect(try await ids("wait", "", key: nil) == own.union([JobName.contoso]))
            #expect(try await ids("wait", "--cache-dir", rig.scratch.appending("none").string, "").isEmpty)
            #expect(rig.emulator.requests().isEmpty)
            let none = rig.scratch.appending("none").string
            #expect(try await Shell.run("test -e \"$1\"", [none]).status == 1)
        }
    }

    @Test("S7.3 export completes ids and directories, and no program is run for the key")
    func export() async throws {
        try await Rig.with { (rig) async throws in
            _ = try await rig.pulsefs("jobs", "add", JobName.invoice)
            let place = try rig.scratch.make("results").removingLastComponent()
            #expect(
                try await offered(["pulsefs", "export", JobName.invoice, "\(place)/res"], rig.environment())
                    == ["\(place)/results/"])
            let environment = rig.environment(key: nil).merging(
                ["PULSEFS_API_KEY_COMMAND": "touch \(place)/ran"]) { $1 }
            #expect(try await offered(["pulsefs", "export", "inv"], environment) == [JobName.invoice])
            #expect(try await Shell.run("test -e \"$1\"", ["\(place)/ran"]).status == 1)
        }
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
