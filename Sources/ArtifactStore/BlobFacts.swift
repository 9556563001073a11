/// Which blob: an artifact of a job of an API.
package struct BlobKey: Hashable, Sendable, Codable {
    package let origin: String
    /// A well-formed job id: it becomes a directory's name.
    package let job: String
    package let slot: ArtifactSlot

    package init(origin: String, job: String, slot: ArtifactSlot) {
        self.origin = origin
        self.job = job
        self.slot = slot
    }

    func isOfSameJob(as other: BlobKey) -> Bool { origin == other.origin && job == other.job }

    /// Whether these are the names of the directories and the file that a blob of this key has.
    func isPlace(_ originName: String, _ job: String, _ name: String) -> Bool {
        job == self.job && name == String(slot.rawValue) && originName == OriginName.of(origin)
    }
}

/// What a blob says of itself beside its bytes, enough to find its place again when the index is gone.
package struct BlobFacts: Sendable, Hashable, Codable {
    package var key: BlobKey
    package var name: String
    /// Where the bytes came from, as in `StoredArtifact.source`.
    package var source: String?
    package var isListed: Bool
    /// The bytes cannot be fetched again: never evicted.
    package var isSingleUse: Bool
    /// The whole job; carried by one blob of it.
    package var tree: LabelledTree?
    /// What the server said of this version, as it came: ETag and Last-Modified (RFC 9110, section 8.8). By these a process that has
    /// shown a part of the file tells whether what another has put here is the same.
    package var entityTag: String?
    package var lastModified: String?

    package init(
        key: BlobKey, name: String, source: String? = nil, isListed: Bool = true, isSingleUse: Bool = false,
        tree: LabelledTree? = nil, entityTag: String? = nil, lastModified: String? = nil
    ) {
        self.entityTag = entityTag
        self.lastModified = lastModified
        self.key = key
        self.name = name
        self.source = source
        self.isListed = isListed
        self.isSingleUse = isSingleUse
        self.tree = tree
    }
}

/// A job as it was when its result was published, and who was allowed to see it.
package struct LabelledTree: Sendable, Hashable, Codable {
    package var job: StoredJob
    package var artifacts: [StoredArtifact]
    package var grantee: KeyFingerprint

    package init(job: StoredJob, artifacts: [StoredArtifact], grantee: KeyFingerprint) {
        self.job = job
        self.artifacts = artifacts
        self.grantee = grantee
    }
}
