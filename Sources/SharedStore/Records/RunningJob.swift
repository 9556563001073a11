/// A job that ran when somebody last asked about it: the API's answer, and who asks next.
package struct RunningJob: Sendable, Hashable {
    /// The API's answer as it came.
    package let document: [UInt8]
    /// Names of keys that the API has given it to, as ``ObjectNames`` makes them, each once.
    package private(set) var grants: [String]
    /// How long after this answer the next one is asked for.
    package let interval: Duration
    /// The member that goes on asking, as it calls itself; nil when nobody does.
    package private(set) var poller: String?
    /// The answer is out of date: another is being asked for, or should be.
    package private(set) var isDue: Bool

    package static let shortestInterval = Duration.seconds(1)
    package static let longestInterval = Duration.seconds(60)
    private static let longestPoller = 64

    /// Nil for a document that is none or too long, or grants that are too many. An interval beyond the bounds is the nearest.
    package init?(
        _ document: [UInt8], grants: [String], interval: Duration, poller: String?, isDue: Bool = false
    ) {
        guard EndedJob(.inline(document), grants: grants) != nil, (poller?.utf8.count ?? 0) <= Self.longestPoller else {
            return nil
        }
        (self.document, self.grants, self.poller, self.isDue) = (document, grants, poller, isDue)
        self.interval = min(max(interval, Self.shortestInterval), Self.longestInterval)
    }

    package func isGranted(to key: ObjectNames.Name) -> Bool { grants.contains(key.text) }

    /// The same answer, of which somebody else asks for the next; nobody when `poller` is nil.
    package func handed(to poller: String?) -> RunningJob {
        var job = self
        (job.poller, job.isDue) = (poller, true)
        return job
    }

    package func withdrawn(from key: ObjectNames.Name) -> RunningJob {
        var job = self
        job.grants.removeAll { $0 == key.text }
        return job
    }

    /// Grants with one more, as far as there is room.
    package static func grants(_ known: [String], and key: ObjectNames.Name) -> [String] {
        known.contains(key.text) || known.count >= EndedJob.mostGrants ? known : known + [key.text]
    }
}
