import ArtifactStore
import Parts
import Synchronization

/// What a file of parts was made from, in the words by which the index knows whether it is still the right one.
struct PartsLabel: Hashable, Sendable {
    let text: String

    /// Between the label and what the directory has of the parts.
    private static let separator = " | "

    /// What the index keeps as the source of a file of parts.
    func source(_ summary: PartsSummary) -> String { text + Self.separator + summary.text }

    /// Whether a file with that source was made from this.
    func stands(in source: String) -> Bool { source == text || source.hasPrefix(text + Self.separator) }

    /// Nil for a file that was made from something else, or whose source does not say.
    func summary(in source: String) -> PartsSummary? {
        guard source.hasPrefix(text + Self.separator) else { return nil }
        return PartsSummary(source.dropFirst(text.count + Self.separator.count))
    }
}

/// The lists of the parts of jobs that were looked at lately.
final class KnownParts: Sendable {
    private struct Known {
        let label: PartsLabel
        let list: PartList
    }

    /// A list takes some 150 bytes a part.
    private let lists = Mutex(GenerationCache<JobOrdinal, Known>(generation: 64))

    func list(_ label: PartsLabel, of job: JobOrdinal) -> PartList? {
        lists.withLock { $0.value(for: job) }.flatMap { $0.label == label ? $0.list : nil }
    }

    func note(_ list: PartList, _ label: PartsLabel, of job: JobOrdinal) {
        lists.withLock { $0.set(Known(label: label, list: list), for: job) }
    }
}
