/// What a completed job has under `result`.
public enum EmulatedResult: Sendable {
    /// The result itself.
    case inline(JSONNode)
    /// A link to the result, which can be downloaded once: `{"is_url": true, "url": …}`.
    case singleUse(JSONNode, link: Link = .own)
    /// As ``inline(_:)``, with a markdown of this many bytes that is computed while it is sent.
    case syntheticInline(SyntheticMarkdown)
    /// As ``singleUse(_:link:)``, with a markdown of this many bytes that is computed while it is sent.
    case syntheticSingleUse(SyntheticMarkdown, link: Link = .own)

    /// Where a single-use link points.
    public enum Link: Sendable {
        /// `/large_results/{jobId}` on the host the request came to.
        case own
        /// As ``own``, in the place of a pipeline's `results`: `{"status": …, "results": {"is_url": true, "url": …}}`.
        case ownForSteps
        /// Any other URL, for example an object store on another host.
        case elsewhere(String)
    }

    /// Whether the result is reached through a link that works once.
    public var isSingleUse: Bool { link != nil }

    var link: Link? {
        switch self {
        case .inline, .syntheticInline: nil
        case .singleUse(_, let link), .syntheticSingleUse(_, let link): link
        }
    }

    /// What is told about a result beside the link to it.
    var linkFacts: [(String, JSONNode)] {
        guard let node else { return [] }
        return ["extraction_id", "page_count", "plan-info", "plan_info"].compactMap { key in
            node[key].map { (key, $0) }
        }
    }

    /// Nil for a result that is computed.
    private var node: JSONNode? {
        switch self {
        case .inline(let node), .singleUse(let node, _): node
        case .syntheticInline, .syntheticSingleUse: nil
        }
    }

    /// Nil if the result does not say.
    var pageCount: Int? {
        guard case .int(let count)? = node?["page_count"] else { return nil }
        return count
    }

    /// The decoded markdown, unless the result has none or computes it.
    public var markdown: String? {
        guard case .string(let text)? = node?["markdown"] ?? node?["content"] else { return nil }
        return text
    }

    /// The whole result as JSON text.
    func content(job: String, origin: String) -> [ByteSource.Piece] {
        switch self {
        case .inline(let node), .singleUse(let node, _):
            return [.stored(JSONWriter.bytes(of: node, origin: origin))]
        case .syntheticInline(let markdown), .syntheticSingleUse(let markdown, _):
            let rest: JSONNode = [
                "page_count": .int(1 + markdown.size / 4000),
                "bounding_boxes": ["Images": [], "Tables": [], "Text": [], "Title": []],
                "extraction_id": .string("ext-\(job)"),
            ]
            return [
                .stored(Array(#"{"markdown":""#.utf8)),
                .markdown(markdown),
                .stored(Array("\",".utf8) + JSONWriter.bytes(of: rest, origin: origin).dropFirst()),
            ]
        }
    }
}
