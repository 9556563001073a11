import FUSE
package import PulseFS
package import SystemPackage

/// How a mount is, as anyone may ask.
package struct MountStatus: Sendable {
    package enum Health: Sendable, Hashable {
        case ok
        /// Nothing is shown that only a good key reads, and why.
        case closed(String)
        /// The API did not answer, and is left alone for a while.
        case apiKeptBack
        case notAnswering
        /// The process that served it is gone.
        case stale
        /// It shows itself to another user.
        case notPermitted

        /// For programs.
        package var word: String {
            switch self {
            case .ok: "ok"
            case .closed: "closed"
            case .apiKeptBack: "api_kept_back"
            case .notAnswering: "not_answering"
            case .stale: "stale"
            case .notPermitted: "not_permitted"
            }
        }

        /// For people.
        package var words: String {
            switch self {
            case .ok: "ok"
            case .closed(let reason): "closed: \(reason)"
            case .apiKeptBack: "the API does not answer; cached files are readable"
            case .notAnswering: "not answering: end it with pulsefs unmount --lazy"
            case .stale: "stale, its process is gone: mount again, or unmount"
            case .notPermitted: "not permitted: it is another user's"
            }
        }
    }

    package let directory: FilePath
    package let health: Health
    /// What it says of itself; nil when it does not.
    package let facts: MountFacts?
    /// As the mount table has it when the mount does not say.
    package let api: String?

    /// All mounts that this process can see.
    package static func all() async -> [MountStatus] { await of(MountTable.pulsefsMounts()) }

    /// Of one directory. Throws when PulseFS is not mounted there.
    package static func of(_ directory: FilePath) async throws(MountFailure) -> MountStatus {
        await MountStatus(try MountedDirectory(directory).entry)
    }

    /// Each is asked by itself: one that does not answer holds up no other.
    private static func of(_ entries: [MountTableEntry]) async -> [MountStatus] {
        await withTaskGroup(of: (Int, MountStatus).self) { group in
            for (number, entry) in entries.enumerated() {
                group.addTask { (number, await MountStatus(entry)) }
            }
            var found: [(Int, MountStatus)] = []
            for await one in group { found.append(one) }
            return found.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    private init(_ entry: MountTableEntry) async {
        let directory = entry.mountpoint
        self.init(entry, await MountProbe.ask(directory))
    }

    init(_ entry: MountTableEntry, _ outcome: MountProbe.Outcome) {
        directory = entry.mountpoint
        if case .answered(let facts) = outcome { self.facts = facts } else { facts = nil }
        let prefix = "pulse:"
        api = facts?.api ?? (entry.source.hasPrefix(prefix) ? String(entry.source.dropFirst(prefix.count)) : nil)
        health =
            switch outcome {
            case .answered(let facts):
                facts.closed.map { .closed($0) } ?? (facts.isAPIKeptBack ? .apiKeptBack : .ok)
            case .silent, .unknown: .notAnswering
            case .gone: .stale
            case .refused: .notPermitted
            }
    }
}
