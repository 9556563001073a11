import JSONStream

/// The facts of a result while it is being scanned.
struct ResultDraft {
    private var facts = ResultFacts()
    private var content: Range<UInt64>?
    private var html: [AnswerField.HTMLPlace: Range<UInt64>] = [:]
    private var htmlParts: [AnswerField.HTMLPlace: [AnswerField.HTMLPart: Range<UInt64>]] = [:]
    private var image = ImageDraft()
    private var imageTextSize = 0
    /// The elements stand in one list, whatever they are.
    private var isMixed = false
    private var identifiers: Set<ResultKind> = []

    /// What is known when the scan has come to its end.
    var finished: ResultFacts {
        var facts = facts
        facts.texts[.markdown] = facts.markdown ?? content
        facts.texts[.html] =
            AnswerField.HTMLPlace.allCases.lazy.compactMap { place in
                html[place] ?? AnswerField.HTMLPart.allCases.lazy.compactMap { htmlParts[place]?[$0] }.first
            }.first
        facts.kind = kind(hasDocument: facts.markdown != nil || facts.html != nil || !facts.images.isEmpty)
        return facts
    }

    private func kind(hasDocument: Bool) -> ResultKind? {
        let kinds = ResultKind.allCases.filter { identifiers.contains($0) }
        let first = kinds.first
        // A document that was taken apart may have values by schema too.
        if hasDocument, first.map({ ![.pipeline, .batch, .form].contains($0) }) ?? true { return .extraction }
        return first
    }

    /// Forgets what an earlier member of the same name has said.
    mutating func reset(_ field: AnswerField) {
        switch field {
        case .isURL: facts.isURL = false
        case .url: facts.url = nil
        case .message: facts.message = nil
        case .text(let text): facts.texts[text] = nil
        case .content: content = nil
        case .pdfURL: facts.pdfURL = nil
        case .pageCount: facts.pageCount = nil
        case .creditsUsed: facts.creditsUsed = nil
        case .warnings: facts.warnings = []
        case .extensions:
            resetHTML(.extensionsAltOutputs)
            resetHTML(.extensionsAltOutputsSnakeCase)
        case .altOutputs(let place), .html(let place): resetHTML(place)
        case .htmlPart(let place, let part): htmlParts[place]?[part] = nil
        case .pipeline:
            facts.pipelineIsURL = false
            facts.pipelineURL = nil
        case .pipelineIsURL: facts.pipelineIsURL = false
        case .pipelineURL: facts.pipelineURL = nil
        case .identifier(let kind): identifiers.remove(kind)
        case .boundingBoxes, .images:
            isMixed = false
            facts.images = []
            facts.imagesAreCut = false
            imageTextSize = 0
        default: image.reset(field)
        }
    }

    private mutating func resetHTML(_ place: AnswerField.HTMLPlace) {
        html[place] = nil
        htmlParts[place] = nil
    }

    mutating func string(_ field: AnswerField, _ range: Range<UInt64>, _ text: borrowing JSONText) {
        switch field {
        case .url: facts.url = text.complete
        case .message: facts.message = text.prefix
        case .text(let text): facts.texts[text] = range
        case .content: content = range
        case .pdfURL: facts.pdfURL = text.complete
        case .pipelineURL: facts.pipelineURL = text.complete
        case .identifier(let kind): identifiers.insert(kind)
        case .warning where facts.warnings.count < ResultFacts.warningLimit: facts.warnings.append(text.prefix)
        case .html(let place): html[place] = range
        case .htmlPart(let place, let part): htmlParts[place, default: [:]][part] = range
        default: image.string(field, range, text)
        }
    }

    mutating func number(_ field: AnswerField, _ digits: String) {
        switch field {
        case .pageCount: facts.pageCount = ResultDraft.integer(digits)
        case .creditsUsed: facts.creditsUsed = ResultDraft.finite(digits)
        case .pageNumber: image.facts.pageNumber = ResultDraft.integer(digits)
        default: break
        }
    }

    /// A whole number, also in a form such as `12.0`.
    private static func integer(_ digits: String) -> Int? {
        Int(digits) ?? finite(digits).flatMap { Int(exactly: $0) }
    }

    /// Nil for what is no number to reckon with: `NaN`, `Infinity`, and what is beyond `Double`.
    private static func finite(_ digits: String) -> Double? {
        Double(digits).flatMap { $0.isFinite ? $0 : nil }
    }

    mutating func literal(_ field: AnswerField, _ literal: JSONLiteral) {
        switch field {
        case .isURL: facts.isURL = literal == .true
        case .pipelineIsURL: facts.pipelineIsURL = literal == .true
        default: break
        }
    }

    /// From here on, elements are of any kind.
    mutating func beginMixedList() { isMixed = true }

    mutating func beginImage() {
        image = ImageDraft()
    }

    mutating func endImage() {
        guard !facts.imagesAreCut, !isMixed || image.isPicture else { return }
        let finished = image.finished
        imageTextSize += finished.textSize
        if facts.images.count < ResultFacts.imageLimit && imageTextSize <= ResultFacts.imageTextLimit {
            facts.images.append(finished)
        } else {
            facts.imagesAreCut = true
        }
    }
}
