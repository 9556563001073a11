import Glibc
import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

@Suite("Demo", .takingTurns, .timeLimit(.minutes(10)))
struct DemoTests {
    /// The indented lines of the tour.
    private func commands(_ text: String) -> [String] {
        text.split(separator: "\n").filter { $0.hasPrefix("  ") }.map { String($0.drop { $0 == " " }) }
    }

    @Test("every command of the tour works, again too, and ^C leaves nothing behind", arguments: [SIGINT, SIGTERM])
    func demo(_ signal: Int32) async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            let temporary = try scratch.make("tmp").string
            let environment = ["TMPDIR": temporary, "HOME": temporary, "PULSE_API_KEY": ""]
            try await ChildProcess.with([BuiltProducts.pulsefs, "demo"], environment: environment) {
                (demo) async throws in
                try await demo.waitForOutput("^C here ends the demo.")
                let tour = commands(String(decoding: demo.output, as: UTF8.self))
                #expect(tour.count >= 8)
                // The first thing that a newcomer types.
                let listed = try await Shell.run("\(tour[0]) && ls jobs", environment: environment).lines
                #expect(listed.count >= 8 && listed.contains("annual-report-fy2024"), "\(listed)")
                let script = "set -e\n" + tour.joined(separator: "\n")
                for _ in 1...2 {
                    let seen = try await Shell.run(script, environment: environment)
                    #expect(seen.status == 0, "\(seen.errors)")
                    #expect(seen.errors.isEmpty)
                    #expect(seen.text.contains("Halden Freight AS") && seen.text.contains("annual-report-fy2024"))
                }
                let emulator = try await Shell.run("pgrep -P \"$1\"", ["\(demo.identifier)"]).lines
                #expect(emulator.count == 1)
                demo.signal(signal)
                #expect(await demo.ended() == 0)
                let left = try await Shell.run(
                    """
                    grep -F "$1" /proc/self/mountinfo; find "$1" -path '*/pulsefs-demo*'
                    [ ! -s /proc/"$2"/cmdline ] || echo emulator
                    """, [temporary, emulator.first ?? "none"])
                #expect(left.output.isEmpty, "\(left.text)")
                #expect(demo.errors.isEmpty, "\(demo.errors)")
            }
        }
    }

    @Test("a directory of the user's own is mounted on, and kept")
    func ownDirectory() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            let temporary = try scratch.make("tmp").string
            let own = try scratch.make("it's mine").string
            try await ChildProcess.with(
                [BuiltProducts.pulsefs, "demo", own], environment: ["TMPDIR": temporary]
            ) { (demo) async throws in
                try await demo.waitForOutput("^C here ends the demo.")
                let tour = commands(String(decoding: demo.output, as: UTF8.self))
                #expect(
                    try await Shell.run("set -e\n" + tour.prefix(3).joined(separator: "\n")).text.contains("PulseFS"))
                demo.signal(SIGINT)
                #expect(await demo.ended() == 0)
                let left = try await Shell.run(
                    "ls -A \"$1\"; test -d \"$1\" && cd \"$2\" && find . -path '*/pulsefs-demo*'", [own, temporary])
                #expect(left.status == 0 && left.output.isEmpty, "\(left.text)")
            }
        }
    }
}
