import JSONStream

/// The facts of one picture while it is being scanned.
struct ImageDraft {
    var facts = ImageFacts()
    /// Why `image_url` is not used.
    private var note: String?
    /// As a list of elements of several kinds has it.
    private var elementType: String?

    /// Whether an element of such a list is a picture: it has one, or its kind says so.
    var isPicture: Bool {
        if facts.source != .absent || facts.visualType != nil { return true }
        return ["image", "images", "figure", "picture", "chart"].contains(elementType?.lowercased() ?? "")
    }

    var finished: ImageFacts {
        var facts = facts
        if facts.renderError == nil { facts.renderError = note }
        return facts
    }

    /// Forgets what an earlier member of the same name has said.
    mutating func reset(_ field: AnswerField) {
        switch field {
        case .elementType: elementType = nil
        case .imageID: facts.id = nil
        case .imageURL:
            facts.source = .absent
            note = nil
        case .visualType: facts.visualType = nil
        case .chartType: facts.chartType = nil
        case .chartTitle: facts.chartTitle = nil
        case .sheetName: facts.sheetName = nil
        case .excelRange: facts.excelRange = nil
        case .pageNumber: facts.pageNumber = nil
        case .imageDescription: facts.imageDescription = nil
        case .renderError: facts.renderError = nil
        default: break
        }
    }

    mutating func string(_ field: AnswerField, _ range: Range<UInt64>, _ text: borrowing JSONText) {
        switch field {
        case .elementType: elementType = text.complete
        case .imageID: facts.id = text.complete
        case .imageURL: setSource(range, text)
        case .visualType: facts.visualType = text.prefix
        case .chartType: facts.chartType = text.prefix
        case .chartTitle: facts.chartTitle = text.prefix
        case .sheetName: facts.sheetName = text.prefix
        case .excelRange: facts.excelRange = text.prefix
        case .renderError: facts.renderError = text.prefix
        case .imageDescription: facts.imageDescription = text.prefix
        default: break
        }
    }

    private mutating func setSource(_ range: Range<UInt64>, _ text: borrowing JSONText) {
        if DataURIHeader.hasScheme(text.bytes) {
            if let header = DataURIHeader(text.bytes) {
                facts.source = .inline(dataURI: range, mediaType: header.mediaType, isBase64: header.isBase64)
            } else {
                note = "The `data:` URI in image_url has no comma in its first \(ResultFacts.textLimit) bytes."
            }
        } else if let url = text.complete {
            if !url.isEmpty { facts.source = .remote(url: url) }
        } else {
            note = "The image_url is longer than \(ResultFacts.textLimit) bytes."
        }
    }
}
