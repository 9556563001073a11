package import JSONStream

/// What the product knows of the `result` of an extraction, without its bulk: texts that can be large are ranges
/// of the source. A field that is absent or of another type than here is nil; of members of the same name the last
/// counts. Every array is bounded.
package struct ResultFacts: Sendable, Equatable {
    /// `is_url`: the result itself is elsewhere, at `url`.
    package var isURL = false
    package var url: String?
    /// The same of the `results` of a pipeline.
    package var pipelineIsURL = false
    package var pipelineURL: String?
    /// What was done with the document.
    package var kind: ResultKind?
    /// What is said in place of a result, as when it has been deleted: cut at `textLimit`.
    package var message: String?
    /// The string literals of what it has of these, quotes included.
    package var texts: [ResultText: Range<UInt64>] = [:]
    package var pdfURL: String?
    package var pageCount: Int?
    /// `bounding_boxes.Images`, in the order of the document.
    package var images: [ImageFacts] = []
    /// Whether there were more images than `imageLimit`, or more text in them than `imageTextLimit`.
    package var imagesAreCut = false
    package var creditsUsed: Double?
    /// The strings of `warnings`, the first `warningLimit`, each cut at `warningSizeLimit`.
    package var warnings: [String] = []

    package static let imageLimit = 100_000
    /// Bytes of text kept for all images together.
    package static let imageTextLimit = 32 * 1024 * 1024
    package static let warningLimit = 100
    /// In bytes of UTF-8.
    package static let warningSizeLimit = 1024
    /// In bytes of UTF-8: a longer URL, identifier or date is treated as absent, a longer text for people is cut.
    package static let textLimit = 4096

    package init() {}

    package var markdown: Range<UInt64>? { texts[.markdown] }
    package var html: Range<UInt64>? { texts[.html] }

    /// The same, with what is absent here taken from the extraction within a pipeline's result.
    func completed(by extraction: ResultFacts) -> ResultFacts {
        var facts = self
        if extraction != ResultFacts() { facts.kind = .pipeline }
        facts.texts.merge(extraction.texts) { own, _ in own }
        facts.pdfURL = pdfURL ?? extraction.pdfURL
        facts.pageCount = pageCount ?? extraction.pageCount
        facts.creditsUsed = creditsUsed ?? extraction.creditsUsed
        if images.isEmpty { (facts.images, facts.imagesAreCut) = (extraction.images, extraction.imagesAreCut) }
        if warnings.isEmpty { facts.warnings = extraction.warnings }
        return facts
    }

    /// Reads the facts of a result that is a document of its own, such as a downloaded large result.
    ///
    /// - Throws: `JSONError`: `notAnObject`, or what `JSONScanner` throws.
    package static func scan(_ source: any ByteSource, chunkSize: Int? = nil) throws(JSONError) -> ResultFacts {
        var reader = AnswerReader(document: .result)
        try JSONScanner.scan(source, chunkSize: chunkSize, handler: &reader)
        if let kind = reader.otherDocument {
            throw JSONError(.notAnObject, at: 0, "The result is \(kind.phrase), not an object.")
        }
        return reader.result
    }
}
