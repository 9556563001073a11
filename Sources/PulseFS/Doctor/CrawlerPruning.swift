import SystemPackage

/// What updatedb(8) does with mounts of ours.
struct CrawlerPruning: Sendable, Hashable {
    /// Types of file systems that it passes over (PRUNEFS in updatedb.conf(5)); nil where it is not set up.
    var pruned: [String]?
    /// Names of programs that cause no request.
    var noFetch: [String]

    private static let type = "fuse.pulsefs"

    static func here(noFetch: [String]) -> CrawlerPruning {
        CrawlerPruning(pruned: Machine.text(of: "/etc/updatedb.conf").map { types(in: $0) }, noFetch: noFetch)
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
        guard let pruned else { return Checkup("crawlers", .ok, "updatedb is not set up here") }
        let remedy = #"sudo sed -i 's/^PRUNEFS *= *"/&\#(Self.type) /' /etc/updatedb.conf"#
        if pruned.contains(where: { $0.lowercased() == Self.type }) {
            return Checkup("crawlers", .ok, "updatedb passes over \(Self.type)")
        }
        guard noFetch.contains("updatedb") else {
            return Checkup(
                "crawlers", .warning, "updatedb walks through mounts, and is not in no-fetch: it would fetch",
                remedy: remedy)
        }
        return Checkup(
            "crawlers", .ok, "updatedb walks through mounts, and causes no request (no-fetch)", remedy: remedy)
    }
}
