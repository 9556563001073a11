/// What the page of a job shows. Every text is data from outside.
package struct JobPage: Sendable {
    package enum State: Sendable, Equatable {
        case running, completed, failed, canceled, expired
        /// Completed, and its result is fetched by hand alone.
        case withheld
    }

    package var id: String
    package var state: State
    /// As the API spells it.
    package var status: String
    /// In UTC, such as `2024-01-22T08:00:52Z`.
    package var created: String?
    package var updated: String?
    package var pageCount: Int?
    package var creditsUsed: Double?
    package var warnings: [String] = []
    /// What `error.txt` says.
    package var explanation: String?
    /// The files beside the page, by name.
    package var files: [String] = []
    /// Those of them that are documents of their own, and what they are.
    package var highlights: [(words: String, file: String)] = []
    package var images: [PageImage] = []
    /// The jobs of a batch: their ids, how the batch says that they stand, and what their documents are called.
    package var children: [(id: String, status: String?, name: String?)] = []
    /// What is shown of the parts of the result; nil when there are none.
    package var parts: PageParts?
    /// The document; nil when there is none.
    package var markdown: [UInt8]?

    package init(id: String, state: State, status: String) {
        self.id = id
        self.state = state
        self.status = status
    }

    /// Stands for the way pages are written: another makes other bytes of the same values.
    package static let version = 5
    /// Bytes of a document that are shown; a browser takes no more with grace.
    package static let longestDocument = 16 << 20
}
