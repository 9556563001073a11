package import ArtifactStore
package import PulseAPI

/// What a result says of itself and of its images, as far as attributes show it.
package struct ResultNotes: Sendable, Equatable {
    private struct Image: Sendable, Equatable {
        /// Of the file, as the result has it.
        let name: String
        let facts: ImageFacts
    }

    package let pageCount: Int?
    package let creditsUsed: Double?
    private let images: [ArtifactSlot: Image]
    /// Bytes that this takes, about.
    let size: Int

    /// Of a result that says nothing.
    package static let empty = ResultNotes(ResultFacts(), of: [])

    package init(_ facts: ResultFacts, of job: JobID) {
        self.init(facts, of: ImageListing(facts.images, of: job).items)
    }

    private init(_ facts: ResultFacts, of items: [ImageListing.Item]) {
        pageCount = facts.pageCount
        creditsUsed = facts.creditsUsed
        var images: [ArtifactSlot: Image] = [:]
        var size = 256
        for item in items {
            var image = facts.images[item.slot.rawValue - ArtifactSlot.firstImage.rawValue]
            // Where it comes from is known of the file.
            image.source = .absent
            images[item.slot] = Image(name: item.name, facts: image)
            size += 384 + item.name.utf8.count + image.textSize
        }
        self.images = images
        self.size = size
    }

    /// Nil for a file that is not in the listing of the result.
    package func image(_ artifact: StoredArtifact) -> ImageFacts? {
        images[artifact.slot].flatMap { $0.name == artifact.name ? $0.facts : nil }
    }
}
