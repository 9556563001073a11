package import ArtifactStore
package import PulseAPI

/// What is known of one job, ready to answer from: an immutable snapshot, replaced when something becomes known.
package final class Job: Sendable {
    package let ordinal: JobOrdinal
    package let id: JobID
    package let facts: StoredJob
    package let phase: JobPhase
    package let artifacts: [ArtifactSlot: StoredArtifact]
    /// The bytes of `error.txt`; nil when there is nothing to explain.
    package let explanation: [UInt8]?
    /// Images by name, unlisted ones included.
    private let images: [String: ArtifactSlot]
    /// The slots of `ls images`, in the order of the result.
    package let listedImages: [ArtifactSlot]

    package init(ordinal: JobOrdinal, id: JobID, facts: StoredJob, artifacts: [StoredArtifact]) {
        self.ordinal = ordinal
        self.id = id
        self.facts = facts
        phase = JobPhase(status: facts.status)
        explanation = facts.explanation.map { Array($0.utf8) }
        self.artifacts = Dictionary(artifacts.map { ($0.slot, $0) }, uniquingKeysWith: { $1 })
        let images = artifacts.filter(\.slot.isImage)
        self.images = Dictionary(images.map { ($0.name, $0.slot) }, uniquingKeysWith: { first, _ in first })
        listedImages = images.filter(\.isListed).map(\.slot).sorted()
    }

    /// Nil when the index holds an id that is none.
    package convenience init?(_ tree: StoredTree) {
        guard let id = JobID(tree.job.id) else { return nil }
        self.init(ordinal: tree.ordinal, id: id, facts: tree.job, artifacts: tree.artifacts)
    }

    package func image(named name: String) -> StoredArtifact? { images[name].flatMap { artifacts[$0] } }

    /// The result came as a link that has not been followed yet: its files are not known before.
    package var awaitsLargeResult: Bool { phase == .completed && facts.largeResultURL != nil }

    package func blobKey(_ slot: ArtifactSlot) -> BlobKey { BlobKey(origin: facts.origin, job: id.text, slot: slot) }

    /// The same job with one artifact's facts replaced or added.
    package func with(_ artifact: StoredArtifact) -> Job {
        var artifacts = artifacts
        artifacts[artifact.slot] = artifact
        return Job(ordinal: ordinal, id: id, facts: facts, artifacts: Array(artifacts.values))
    }
}
