import ArtifactStore
import JobCache
import PulseAPI

/// A place in the tree with all that its attributes are made of.
struct AttributedNode: Sendable {
    let node: Node
    /// The job that it belongs to, as it was last heard of.
    var job: Job?
    /// What the job's result says, if that is here and was read.
    var notes: ResultNotes?

    var attributes: [ExtendedAttribute] { ExtendedAttribute.allCases.filter { value(of: $0) != nil } }

    /// Nil where it has no such attribute.
    func value(of attribute: ExtendedAttribute) -> [UInt8]? {
        // A URL is of no use when it is cut; what makes it a long one is not shown, and it has nothing but visible ASCII.
        if attribute == .originURL { return address.map { Array($0.utf8) } }
        return text(of: attribute).flatMap(AttributeText.bytes)
    }

    private func text(of attribute: ExtendedAttribute) -> String? {
        switch attribute {
        case .mimeType: mediaType
        case .originURL: address
        case .jobID: job?.id.text
        case .status: job?.status
        case .createdAt: job?.facts.createdAt.map(APITime.text)
        case .updatedAt: job?.facts.updatedAt.map(APITime.text)
        case .pageCount: result?.pageCount.map(String.init)
        case .creditsUsed: result?.creditsUsed.map(Self.number)
        case .imageID: image?.id
        case .visualType: image?.visualType
        case .chartType: image?.chartType
        case .chartTitle: image?.chartTitle
        case .pageNumber: image?.pageNumber.map(String.init)
        case .sheetName: image?.sheetName
        case .excelRange: image?.excelRange
        case .renderError: image?.renderError
        }
    }

    private static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(value)
    }

    // MARK: Grounds

    private var result: ResultNotes? { if case .job = node { notes } else { nil } }

    private var image: ImageFacts? { artifact.flatMap { $0.slot.isImage ? notes?.image($0) : nil } }

    /// What the cache knows of the file itself.
    private var artifact: StoredArtifact? {
        guard case .file(_, let slot) = node else { return nil }
        return job?.artifact(slot)
    }

    private var mediaType: String? {
        switch node {
        case .readme: return "text/plain"
        case .explained: return "application/json"
        case .controlFile(let file): return file == .mount ? "application/json" : "text/plain"
        case .jobsPage: return "text/html"
        case .root, .control, .explain, .jobs, .job, .images, .parts: return nil
        case .file(_, let slot):
            return ArtifactKind(slot)?.mediaType
                ?? artifact.flatMap { FileName.suffix(of: $0.name) }.flatMap(MediaType.name(forFileExtension:))
        }
    }

    /// Where the bytes come from, as far as that is no secret; nil for what is made here, or stood in the result.
    private var address: String? {
        guard let job, case .file(_, let slot) = node else { return nil }
        if ArtifactKind(slot)?.isOfAnswer == true { return job.facts.origin + PulseClient.path(of: job.id) }
        guard let artifact, let source = artifact.source.flatMap(ArtifactSource.init(text:)) else { return nil }
        return source.file(artifact.name, of: job.id).publicAddress(at: job.facts.origin)
    }
}
