import JSONStream

/// Follows a scan through the places of an answer that the product knows, and collects what is there.
///
/// Memory: what `JobDraft` and `ResultDraft` keep; nothing for the parts of the document that are passed over.
struct AnswerReader: JSONHandler {
    private struct OpenContainer {
        let field: AnswerField
        /// The place of the value that comes next; nil when nobody wants it.
        var next: AnswerField?
    }

    private(set) var job = JobDraft()
    /// Of the result, and of the extraction within a pipeline's.
    private var draft = ResultDraft()
    private var extraction = ResultDraft()
    private var isInExtraction = false
    /// What the document is, if it is not an object.
    private(set) var otherDocument: JSONKind?

    private let document: AnswerField
    /// The known containers around the next value.
    private var open: [OpenContainer] = []
    /// How many unknown containers are open within the innermost known one.
    private var ignoredDepth = 0

    /// - Parameter document: what the whole document is: `.job` or `.result`.
    init(document: AnswerField) {
        self.document = document
    }

    var result: ResultFacts { draft.finished.completed(by: extraction.finished) }

    mutating func captureLimit(for kind: JSONTokenKind) -> Int {
        guard ignoredDepth == 0, let container = open.last else { return 0 }
        switch kind {
        case .key: return JSONMember.nameLimit
        case .string: return container.next?.textLimit ?? 0
        case .number: return container.next == nil ? 0 : AnswerReader.numberLimit
        }
    }

    /// A number with more characters than this is none that the product knows.
    private static let numberLimit = 64

    mutating func beginObject(at offset: UInt64) { begin(.object) }
    mutating func beginArray(at offset: UInt64) { begin(.array) }
    mutating func endObject(_ range: Range<UInt64>) { end(.object, range) }
    mutating func endArray(_ range: Range<UInt64>) { end(.array, range) }

    mutating func key(_ range: Range<UInt64>, _ text: borrowing JSONText) {
        guard ignoredDepth == 0, let container = open.last else { return }
        let name = text.complete
        let next = name.flatMap { container.field.member($0) }
        open[open.count - 1].next = next
        if container.field == .job { job.beginMember(name: name, key: range) }
        guard let next else { return }
        job.reset(next)
        if next == .result { draft = ResultDraft() }
        if next == .result || next == .pipeline || next == .extract { extraction = ResultDraft() }
        change { $0.reset(next) }
    }

    /// Hands what is found on to the result that it stands in.
    private mutating func change(_ body: (inout ResultDraft) -> Void) {
        if isInExtraction { body(&extraction) } else { body(&draft) }
    }

    mutating func string(_ range: Range<UInt64>, _ text: borrowing JSONText) {
        if let field = wanted {
            job.string(field, text)
            if isInExtraction {
                extraction.string(field, range, text)
            } else {
                draft.string(field, range, text)
            }
        }
        valueEnded(.string, range)
    }

    mutating func number(_ range: Range<UInt64>, _ text: borrowing JSONText) {
        if let field = wanted, let digits = text.complete { change { $0.number(field, digits) } }
        valueEnded(.number, range)
    }

    mutating func literal(_ range: Range<UInt64>, _ literal: JSONLiteral) {
        if let field = wanted { change { $0.literal(field, literal) } }
        valueEnded(literal == .null ? .null : .boolean, range)
    }

    /// The place of the scalar that is being reported.
    private var wanted: AnswerField? {
        ignoredDepth == 0 ? open.last?.next : nil
    }

    private mutating func begin(_ kind: JSONKind) {
        let field = open.isEmpty ? document : open.last?.next
        let isList = kind == .array && field?.mayBeList == true
        guard ignoredDepth == 0, let field, field.container == kind || isList else {
            ignoredDepth += 1
            return
        }
        open.append(OpenContainer(field: field, next: kind == .array ? field.element : nil))
        if field == .extract { isInExtraction = true }
        if isList { change { $0.beginMixedList() } }
        if field == .image { change { $0.beginImage() } }
    }

    private mutating func end(_ kind: JSONKind, _ range: Range<UInt64>) {
        if ignoredDepth > 0 {
            ignoredDepth -= 1
        } else {
            switch open.popLast()?.field {
            case .image: change { $0.endImage() }
            case .extract: isInExtraction = false
            case _ where open.isEmpty: return
            default: break
            }
        }
        valueEnded(kind, range)
    }

    private mutating func valueEnded(_ kind: JSONKind, _ range: Range<UInt64>) {
        guard ignoredDepth == 0 else { return }
        guard let container = open.last else {
            otherDocument = kind
            return
        }
        if container.field == .job { job.endMember(container.next, kind, range) }
    }
}
