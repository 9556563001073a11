import ArtifactStore
package import PulseAPI
import SharedStore
import SystemPackage

/// The words of `error.txt`: what happened, and what to do next.
package enum Explanation {
    /// `reason` is the API's, nil when it gives none.
    static func failed(_ reason: String?) -> String {
        """
        The job failed\(words(reason).map { ": \($0)" } ?? ", and the API gives no reason").
        It has no result. Fix what the message names, and submit the document again; that makes a new job.

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
        To get the whole result, submit the document again; that makes a new job.

        """
    }

    /// The API denies a job that it has shown before.
    static func gone(_ id: JobID, _ failure: Failure, _ remains: Remains) -> String {
        """
        The job is gone: the API had it before and no longer knows it. The API keeps results for a limited time, and then \
        deletes them:
          \(words(failure.words) ?? "")
        \(remains.words)
        To get the whole result, submit the document again; that makes a new job. When a program looks for a missing file after \
        an hour, PulseFS asks the API once more. To ask it at once, run: pulsefs jobs forget \(id)

        """
    }

    package static func withheld(_ id: JobID) -> String {
        """
        The result of this job can be downloaded only once, and this mount does not download such results by itself \
        (--large-results=manual).
        Run: pulsefs fetch \(id)

        """
    }

    /// What is in the result of a pipeline came as a link. `end` is when it ends, as far as that is known.
    static func linked(_ id: JobID, until end: Timestamp?) -> String {
        let hour = end.map { ", at \(APITime.text($0))" } ?? ""
        return """
            The result of this job is a link to its content (results.url in result.json). PulseFS does not follow this link by \
            itself: it may work only once, and it ends an hour after the job's end\(hour).
            To download the content and keep it, run: pulsefs fetch --follow-links \(id)

            """
    }

    /// `history` is what this cache knows of earlier attempts, `kept` what is left of them.
    static func deliveredBefore(
        _ failure: Failure, _ history: [LedgerEntry], kept: [(path: FilePath, bytes: UInt64)] = []
    ) -> String {
        let known =
            history.isEmpty
            ? "This cache never asked for it: someone else downloaded it, or nobody did within the hour."
            : "This cache knows:\n"
                + history.map { "  \(APITime.text($0.time)) \($0.event.rawValue) by \($0.actor)" }.joined(
                    separator: "\n")
        return """
            The result of this job can be downloaded only once, within an hour of the job's end. The API says that it was \
            downloaded already, or that the hour is over:
              \(words(failure.words) ?? "")
            \(known)\(remains(kept))
            Ask the person who downloaded it for a copy, or submit the document again; that makes a new job.

            """
    }

    typealias Kept = (path: FilePath, bytes: UInt64)

    /// The API has told a machine of the fleet that the link is spent, and nobody has put the result into the store. `recheck` is how
    /// often that is looked for while somebody wants it.
    static func lost(
        _ record: ClaimRecord, _ history: [LedgerEntry], _ kept: [Kept], recheck: Duration
    ) -> String {
        var told = ""
        if case .gone(let evidence) = record.state {
            told = """
                The API told \(machine(evidence.machine)) at \(time(evidence.time)) that it was downloaded already, or that the hour is over:
                  \(words(evidence.words) ?? "")

                """
        }
        let who =
            record.silent.isEmpty
            ? "No other machine that shares the store is known to have downloaded it."
            : record.silent.map { claimant in
                "\(machine(claimant.machine)) claimed it at \(time(claimant.time)), had \(claimant.received) bytes when it was last "
                    + "heard of, and fell silent."
            }.joined(separator: "\n")
        return """
            The result of this job can be downloaded only once, within an hour of the job's end.
            \(told)\(who)
            A machine that has the whole result uploads it to the shared store when it next mounts. While programs look for the \
            result here, PulseFS checks the store every \(recheck.components.seconds) s.
            \(known(history))\(remains(kept))
            Mount on that machine again, ask the person who downloaded it for a copy, or submit the document again; that makes a \
            new job.

            """
    }

    /// The same while the store cannot be asked. `told` is what the API said.
    static func spent(_ told: String, _ history: [LedgerEntry], _ kept: [Kept]) -> String {
        """
        The result of this job can be downloaded only once, within an hour of the job's end. The API says that it was \
        downloaded already, or that the hour is over:
          \(words(told) ?? "")
        Another machine may have it, but the shared store cannot be reached now.
        \(known(history))\(remains(kept))

        """
    }

    /// The store says that it has the result, and does not have it.
    static func missing(_ delivery: ClaimRecord.Delivery, _ kept: [Kept], recheck: Duration) -> String {
        """
        The result of this job can be downloaded only once. \(machine(delivery.machine)) downloaded it and uploaded it to the \
        shared store at \(time(delivery.time)), but the store no longer has it.
        That machine uploads it again when it next mounts, or within a day. While programs look for the result here, PulseFS \
        checks the store every \(recheck.components.seconds) s.\(remains(kept))

        """
    }

    private static func machine(_ name: String) -> String { words(name) ?? "another machine" }

    private static func time(_ seconds: Int64) -> String { APITime.text(Timestamp(seconds: seconds)) }

    private static func known(_ history: [LedgerEntry]) -> String {
        history.isEmpty
            ? "This cache never asked for it."
            : "This cache knows:\n"
                + history.map { "  \(APITime.text($0.time)) \($0.event.rawValue) by \($0.actor)" }.joined(
                    separator: "\n")
    }

    private static func remains(_ kept: [(path: FilePath, bytes: UInt64)]) -> String {
        guard !kept.isEmpty else { return "" }
        return "\nThe part that arrived, or an answer that is not a result, is kept:\n"
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
            case .none: "This cache has no files of the job."
            case .kept: "What is in this cache stays readable; the rest is gone."
            case .dropped: "Its files were removed from this cache, because of --on-expiry=drop."
            case .droppedInPart:
                """
                Its files were removed from this cache, because of --on-expiry=drop, except what can be downloaded only \
                once: that stays readable.
                """
            }
        return lacksLargeResult
            ? "Its result could be downloaded only once, and was not downloaded in time. \(files)" : files
    }
}
