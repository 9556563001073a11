import System
import SystemPackage

/// The unit by which systemd's user manager mounts the results at each login (systemd.unit(5)).
package enum UserUnit {
    package static let name = "pulsefs.service"
    /// Where it mounts.
    package static let mountpoint = "~/pulse"

    private static let patience = 30

    /// Whether the user manager runs here, and has the unit. Blocks for a moment.
    package static var isInstalled: Bool {
        guard let runtime = ThisProcess.variable("XDG_RUNTIME_DIR"),
            FilePath("\(runtime)/systemd").exists
        else { return false }
        return run(["cat", name])?.isSuccess == true
    }

    /// Starts it now and at each login. Returns what went wrong, in words; nil when it runs. Blocks until systemd has an answer.
    package static func enable() -> String? {
        // It knows a unit that was installed a moment ago after that.
        _ = run(["daemon-reload"])
        guard let outcome = run(["enable", "--now", name]) else { return "systemctl cannot be run" }
        return outcome.isSuccess ? nil : "systemctl --user enable --now \(name) failed (\(outcome.end))"
    }

    private static func run(_ words: [String]) -> BriefProgram.Outcome? {
        try? BriefProgram.run(["systemctl", "--user", "--quiet"] + words, within: patience)
    }
}
