/// One file of a job: its facts, whether or not its bytes are here.
package struct StoredArtifact: Sendable, Hashable, Codable {
    package var slot: ArtifactSlot
    package var name: String
    /// Bytes; nil until the API has said.
    package var size: UInt64?
    /// Where the bytes come from, in the words of whoever fetches them; nil when they were part of another answer.
    package var source: String?
    /// Part of the directory's listing, rather than found by asking for its name.
    package var isListed: Bool
    /// A blob was published for it.
    package var isStored: Bool
    /// The bytes cannot be fetched again: never evicted.
    package var isSingleUse: Bool
    /// Bytes the blob takes on the disk, its label included; nil without a blob.
    package var allocatedSize: UInt64?
    /// Hexadecimal SHA-256 of the blob's content; nil without a blob.
    package var sha256: String?

    package init(
        slot: ArtifactSlot, name: String, size: UInt64?, source: String?, isListed: Bool, isStored: Bool = false,
        isSingleUse: Bool = false, allocatedSize: UInt64? = nil, sha256: String? = nil
    ) {
        self.slot = slot
        self.name = name
        self.size = size
        self.source = source
        self.isListed = isListed
        self.isStored = isStored
        self.isSingleUse = isSingleUse
        self.allocatedSize = allocatedSize
        self.sha256 = sha256
    }

    /// The API has said that it does not have it: it is not listed, and nothing is known of it but where it was to be.
    package var isRefused: Bool { !isListed && !isStored && size == nil && source != nil }

    /// The facts that follow from a published blob; the same without a blob when it is kept in memory alone.
    package mutating func take(_ blob: BlobFile) {
        size = blob.size
        isStored = blob.isKept
        allocatedSize = blob.isKept ? blob.allocatedSize : nil
        sha256 = blob.isKept ? blob.sha256 : nil
    }

    mutating func take(_ placed: PlacedLabel) {
        size = placed.label.size
        isStored = true
        allocatedSize = placed.allocatedSize
        sha256 = placed.label.sha256
    }

    /// The same file without its bytes.
    package var withoutBlob: StoredArtifact {
        var artifact = self
        artifact.isStored = false
        artifact.allocatedSize = nil
        artifact.sha256 = nil
        return artifact
    }
}
