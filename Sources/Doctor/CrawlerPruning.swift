import MountHost
import PulseFS
import System
import SystemPackage

/// What updatedb(8) does with mounts of ours.
struct CrawlerPruning: Sendable, Hashable {
    /// Types of file systems that it passes over (PRUNEFS in updatedb.conf(5)); nil where it is not set up.
    var pruned: [String]?
    /// Names of programs that cause no request.
    var noFetch: [String]
    /// The file that is run for `updatedb`, which has that name as a link on Debian; nil when it is not installed.
    var program: String? = "updatedb"

    private static let type = "fuse.pulsefs"

    static func here(noFetch: [String], in system: MountSystem = MountSystem()) -> CrawlerPruning {
        CrawlerPruning(
            pruned: Machine.text(of: "/etc/updatedb.conf").map { types(in: $0) }, noFetch: noFetch,
            program: program(in: system.searchPath + ["/usr/sbin", "/sbin"]))
    }

    private static func program(in directories: [FilePath]) -> String? {
        for directory in directories {
            guard let real = directory.appending("updatedb").resolved else { continue }
            return real.lastComponent?.string
        }
        return nil
    }

    /// Timers start the file itself, and people the link: the file has to be on the list.
    private var isKnown: Bool {
        guard let program else { return false }
        return Crawlers(noFetch).knows(program)
    }

    static func types(in text: String) -> [String] {
        for line in text.split(separator: "\n") {
            let sides = line.split(separator: "=", maxSplits: 1)
            guard sides.count == 2, sides[0].split(whereSeparator: \.isWhitespace) == ["PRUNEFS"] else { continue }
            return sides[1].split { $0.isWhitespace || $0 == "\"" }.map(String.init)
        }
        return []
    }

    var checkup: Checkup {
        guard let pruned, let program else { return Checkup("crawlers", .ok, "updatedb is not installed") }
        let remedy = #"sudo sed -i 's/^PRUNEFS *= *"/&\#(Self.type) /' /etc/updatedb.conf"#
        if pruned.contains(where: { $0.lowercased() == Self.type }) {
            return Checkup("crawlers", .ok, "updatedb skips \(Self.type)")
        }
        guard isKnown else {
            return Checkup(
                "crawlers", .warning, "\(program) reads mounts and is not in no-fetch, so it would fetch",
                remedy: remedy)
        }
        return Checkup(
            "crawlers", .ok, "\(program) reads mounts, but causes no request (no-fetch)", remedy: remedy)
    }
}
