import PulseAPI
import PulseTestSupport
import SettingsTestSupport
import SystemPackage
import Testing

@testable import Settings
@testable import System

@Suite("A program that prints the key")
struct KeyCommandTests {
    private func settings(_ rig: SettingsRig, _ line: String) async throws -> Settings {
        try await rig.write(line + "\n", to: rig.own)
        return try Settings(rig.sources())
    }

    private func complaint(_ rig: SettingsRig, _ line: String) async throws -> String {
        do { _ = try await settings(rig, line) } catch { return "\(error)" }
        return "no complaint"
    }

    /// A program beside the file of settings.
    private func program(_ rig: SettingsRig, _ text: String) async throws -> FilePath {
        let path = rig.own.removingLastComponent().appending("key-program")
        try await rig.write("#!/bin/sh\n" + text + "\n", to: path, mode: "700")
        return path
    }

    @Test("S7.2: its output is the key; arguments arrive as they are written, without a shell")
    func arguments() async throws {
        try await SettingsRig.with { (rig) async throws in
            _ = try await program(rig, "[ $# = 3 ] && echo \"$1:$2:$3\"")
            for line in [
                #"api-key-command = "./key-program '$HOME;id' \"it's\" a\\*b""#,
                #"api-key-command = ["./key-program", "$HOME;id", "it's", "a*b"]"#,
            ] {
                let settings = try await settings(rig, line)
                #expect(settings.key == APIKey("$HOME;id:it's:a*b"), "\(line)")
                #expect(settings.keySupply.isProgram && settings.keySupply.version == nil)
            }
        }
    }

    @Test("S7.2: it is asked for the key again")
    func again() async throws {
        try await SettingsRig.with { (rig) async throws in
            let file = rig.home.appending("key").string
            try await rig.write("old", to: FilePath(file))
            _ = try await program(rig, "cat '\(file)'; printf new > '\(file)'")
            let settings = try await settings(rig, "api-key-command = \"./key-program\"")
            #expect(settings.key == APIKey("old"))
            #expect(try await settings.keySupply.readAside() == APIKey("new"))
        }
    }

    @Test("S4.3: what is wrong with it is said with the line of the file; what it prints is not repeated")
    func trouble() async throws {
        try await SettingsRig.with { (rig) async throws in
            let path = try await program(rig, "echo 'se cret'; echo 'secret too' >&2; exit ${1:-0}")
            let rows: [(String, String)] = [
                ("api-key-command = \"\"", "is empty"),
                ("api-key-command = \"'./key-program\"", "close its quotes"),
                ("api-key-command = \"./no-such-program secret-argument\"", "cannot be started: No such file"),
                ("api-key-command = \"./key-program\"", "printed no API key"),
                ("api-key-command = \"./key-program 3\"", "exit 3"),
                ("api-key-command = 3", "the wrong type"),
            ]
            for (line, words) in rows {
                let text = try await complaint(rig, line)
                #expect(text.hasPrefix("\(rig.own):1: ") && text.contains(words), "\(text)")
                #expect(!text.contains("cret"), "\(text)")
            }
            try await Shell.run("chmod 600 \"$1\"", [path.string])
            #expect(try await complaint(rig, "api-key-command = \"./key-program\"").contains("Permission denied"))
        }
    }

    @Test("S7.2: one place has one source of the key")
    func several() async throws {
        try await SettingsRig.with { (rig) async throws in
            let text = try await complaint(rig, "api-key-command = \"true\"\napi-key-file = \"k\"")
            #expect(text.contains("more than one source, api-key-command and api-key-file"), "\(text)")
        }
    }

    @Test("words are split as sh splits them")
    func words() async throws {
        let lines = [
            #"a b  c"#, #"'a b' "c d""#, #"a\ b "\"" '\' """#, #"a'b'"c""#, #""a\b" 'x''y'"#, "  a\tb ", "", "''",
            "é 'ü ö' \"日 本\"", #""\$x" \\"#,
        ]
        for line in lines {
            let said = try await Shell.run(
                "set -f; eval \"set -- $1\"; for w; do printf '%s\\n' \"<$w>\"; done", [line])
            #expect(ShellWords.split(line)?.map { "<\($0)>" } == said.lines, "\(line)")
        }
        for open in ["'a", "\"a", "a\\"] { #expect(ShellWords.split(open) == nil, "\(open)") }
        // A sign with a mark behind it is one character in Swift, and two to everybody else.
        let hard = [
            "", "a b", "it's", "\"", "\\", "$x", "*", "é", "''", "\u{30f}0m", "'\u{30f}; exit", "\"\u{301}",
            "\\\u{301}", "\r\n",
        ]
        let echoed = try await Shell.run("eval \"set -- $1\"; printf '<%s>' \"$@\"", [ShellWords.joined(hard)])
        #expect(echoed.text == hard.map { "<\($0)>" }.joined())
        #expect(ShellWords.split(ShellWords.joined(hard)) == hard)
    }
}
