import Foundation
import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

/// What a user types at a prompt, one command after the other, and what they see: a page of `docs/transcripts`.
struct Transcript: Sendable, CustomTestStringConvertible {
    /// The name of the page, such as `jobs-add`.
    let name: String
    /// Done before, without being shown.
    var preparation = ":"
    let commands: [Command]

    /// A line at the prompt. `#` and what follows stand alone on a line of their own, to say what is tried.
    struct Command: Sendable, ExpressibleByStringInterpolation {
        let shown: String
        /// What is run for it, where that cannot be the same.
        let typed: String

        init(stringLiteral text: String) { self.init(text, typed: text) }

        init(_ shown: String, typed: String) { (self.shown, self.typed) = (shown, typed) }

        var isRemark: Bool { shown.hasPrefix("#") }
    }

    var testDescription: String { name }

    /// Types the commands one after the other in one home, and gives the page.
    func played(_ rig: Rig) async throws -> String {
        let home = try rig.scratch.make("home")
        let programs = try rig.scratch.make("bin")
        _ = try TypingProgram.install(in: programs)
        var script = """
            ln -s "$P" "$B/pulsefs"; ln -s "$E" "$B/pulse-emulator"
            export PATH="$B:$PATH" LC_ALL=C.UTF-8 COLUMNS=80; cd "$HOME"; umask 022
            trap 'for m in "$HOME"/*/; do umount -l "$m" 2>/dev/null; done' EXIT
            { \(preparation)\n} > /dev/null 2>&1

            """
        for command in commands {
            if command.isRemark {
                script += "echo; cat <<'REMARK'\n\(command.shown)\nREMARK\n"
            } else {
                script += """
                    cat <<'COMMAND'
                    $ \(command.shown)
                    COMMAND
                    ( \(command.typed)
                    ) 2>&1; code=$?; [ $code = 0 ] || echo "[exit code $code]"

                    """
            }
        }
        let environment = rig.environment().filter { $0.key != "PULSEFS_CACHE_DIR" }.merging([
            "HOME": home.string, "B": programs.string, "E": BuiltProducts.emulator, "PULSE_API_KEY": TestKeys.northwind,
            "XDG_CONFIG_HOME": "", "PULSE_CONFIG_DIR": "", "XDG_CACHE_HOME": "", "TZ": "UTC",
        ]) { $1 }
        let said = try await Shell.run(script, environment: environment, timeout: 120)
        guard said.status == 0 else {
            throw MountedPulseFS.Failure(description: "the transcript \(name) ended early: \(said.errors)\(said.text)")
        }
        return Self.steady(said.text, home: home.string, api: rig.emulator.baseURL)
    }

    /// The same text wherever and whenever it was made.
    static func steady(_ text: String, home: String, api: String) -> String {
        var text = text.replacing(home, with: "/home/ada").replacing(api, with: "https://api.example.com")
        text.replace(#/127\.0\.0\.1:\d+/#, with: "api.example.com")
        // The fixtures are of the past; what is later is the time of the test.
        text.replace(#/20(2[5-9]|[3-9]\d)-\d\d-\d\d([T ])\d\d:\d\d:\d\d(\.\d+)?(Z?)/#) {
            "2024-07-01\($0.output.2)09:30:00\($0.output.4)"
        }
        text.replace(#/([Pp]rocess |pid":? ?:? ?)\d+/#) { "\($0.output.1)4711" }
        text.replace(#/\t\d+\thttps:/#, with: "\t4711\thttps:")
        text.replace(#/\(request req-\d+\)/#, with: "(request req-1)")
        return text
    }

    /// `docs/transcripts` of the checkout that this file was built from.
    static let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "docs/transcripts")

    var page: URL { Self.directory.appending(path: "\(name).txt") }
}
