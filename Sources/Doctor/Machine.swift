import PulseFS
import Settings
import System
import SystemPackage

/// Who looks, and where.
struct Machine: Sendable, Hashable {
    var isRoot = false
    /// The process runs in a container, as far as those say so.
    var isContainer = false
    /// The user has an entry in the user database; fusermount3 mounts for no other.
    var hasAccount = true

    static var here: Machine {
        let marks = ["/.dockerenv", "/run/.containerenv"]
        return Machine(
            isRoot: ThisProcess.effectiveUser == 0,
            isContainer: ThisProcess.variable("container") != nil || marks.contains { FilePath($0).exists },
            hasAccount: ThisProcess.hasAccount)
    }

    /// A small text of the system's; nil when it cannot be read.
    static func text(of file: FilePath) -> String? { (try? SettingsText(file))?.text }

    /// The kernel's release, such as `Linux 6.1.0-13-amd64`.
    static var kernel: String {
        guard let release = text(of: "/proc/sys/kernel/osrelease") else { return "Linux" }
        return "Linux " + release.prefix { !$0.isNewline }
    }

    /// The distribution as os-release(5) names it; nil where it does not.
    static var distribution: String? {
        let text = text(of: "/etc/os-release") ?? text(of: "/usr/lib/os-release") ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("PRETTY_NAME=") }
        return line.map { $0.dropFirst("PRETTY_NAME=".count).filter { $0 != "\"" && $0 != "'" } }
    }
}
