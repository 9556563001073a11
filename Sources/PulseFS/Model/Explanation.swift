import ArtifactStore
import PulseAPI
import SystemPackage

/// The words of `error.txt`: what happened, and what to do next.
enum Explanation {
    /// `reason` is the API's, nil when it gives none.
    static func failed(_ reason: String?) -> String {
        """
        The job failed\(words(reason).map { ": \($0)" } ?? ", and the API gives no reason").
        It has no result. Mend what the message names and submit the document again; that makes a new job.

        """
    }

    static func canceled(_ reason: String?) -> String {
        """
        The job was canceled before it was done\(words(reason).map { ": \($0)" } ?? "").
        It has no result. Submit the document again; that makes a new job.

        """
    }

    /// The API says by itself that the job is over; `reason` is what it adds.
    static func expired(_ reason: String?, _ remains: Remains) -> String {
        """
        The job expired: the API keeps results for a limited time, and has deleted this one\
        \(words(reason).map { " (\($0))" } ?? "").
        \(remains.words)
        To have it whole, submit the document again; that makes a new job.

        """
    }

    /// The API denies a job that it has shown before.
    static func gone(_ id: JobID, _ failure: Failure, _ remains: Remains) -> String {
        """
        The job is gone: the API had it before and does not know it any more, as when it has deleted a result that it kept for \
        a limited time:
          \(words(failure.words) ?? "")
        \(remains.words)
        To have it whole, submit the document again; that makes a new job. Whoever looks for a missing file after an hour has \
        the API asked once more; to have it asked at once, run: pulsefs jobs forget \(id)

        """
    }

    static func withheld(_ id: JobID) -> String {
        """
        The result of this job can be downloaded only once, and this mount downloads such results by hand alone \
        (--large-results=manual).
        Run: pulsefs fetch \(id)

        """
    }

    /// What is in the result of a pipeline came as a link. `end` is when it ends, as far as that is known.
    static func linked(_ id: JobID, until end: Timestamp?) -> String {
        let hour = end.map { ", at \(APITime.text($0))" } ?? ""
        return """
            The result of this job is a link to what is in it (results.url in result.json). PulseFS does not follow this link by \
            itself: it may work only once, and not longer than an hour after the job's end\(hour).
            To download what it gives, and keep it, run: pulsefs fetch --follow-links \(id)

            """
    }

    /// `history` is what this cache knows of earlier attempts, `kept` what is left of them.
    static func deliveredBefore(
        _ failure: Failure, _ history: [LedgerEntry], kept: [(path: FilePath, bytes: UInt64)] = []
    ) -> String {
        let known =
            history.isEmpty
            ? "This cache never asked for it before: someone else downloaded it, or nobody did within the hour."
            : "This cache knows:\n"
                + history.map { "  \(APITime.text($0.time)) \($0.event.rawValue) by \($0.actor)" }.joined(
                    separator: "\n")
        return """
            The result of this job can be downloaded only once, within an hour of the job's end, and the API says that it \
            was downloaded, or that the hour is over:
              \(words(failure.words) ?? "")
            \(known)\(remains(kept))
            Ask whoever downloaded it for a copy, or submit the document again; that makes a new job.

            """
    }

    private static func remains(_ kept: [(path: FilePath, bytes: UInt64)]) -> String {
        guard !kept.isEmpty else { return "" }
        return "\nWhat came of it, and is not all of it or no result, is kept:\n"
            + kept.map { "  \($0.path), \($0.bytes) bytes" }.joined(separator: "\n")
    }

    // MARK: Words from outside

    /// In Unicode scalars: a single character may be any number of them.
    private static let longestReason = 2000

    /// A text from outside as a part of a sentence: one line, with nothing in it that cannot be seen. Nil when nothing is left.
    static func words(_ text: String?) -> String? {
        guard let text else { return nil }
        let parts = text.unicodeScalars.split { !isVisible($0) }
        var line = String.UnicodeScalarView()
        for part in parts where line.count <= longestReason {
            if !line.isEmpty { line.append(" ") }
            line.append(contentsOf: part.prefix(longestReason + 1))
        }
        if line.count > longestReason { return String(line.prefix(longestReason)) + "…" }
        // The API's sentence becomes part of ours.
        if line.last == "." { line.removeLast() }
        return line.isEmpty ? nil : String(line)
    }

    static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator:
            false
        default: true
        }
    }
}

/// What is left in the cache of a job that the API has let go of.
struct Remains: Sendable, Equatable {
    enum Files: Sendable, Equatable {
        case none
        case kept
        /// `--on-expiry=drop`.
        case dropped
        /// The same, but for those that can be fetched only once.
        case droppedInPart
    }

    var files: Files
    /// It came as a link that works once, and was never fetched.
    var lacksLargeResult = false

    fileprivate var words: String {
        let files =
            switch files {
            case .none: "This cache has no file of it."
            case .kept: "What this cache has of it stays readable; the rest is gone."
            case .dropped: "What this cache had of it was removed, because of --on-expiry=drop."
            case .droppedInPart:
                """
                What this cache had of it was removed, because of --on-expiry=drop, except for what can be downloaded only \
                once: that stays readable.
                """
            }
        return lacksLargeResult ? "Its result could be downloaded only once, and was not in time. \(files)" : files
    }
}
