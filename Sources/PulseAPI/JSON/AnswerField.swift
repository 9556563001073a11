/// The places in an answer that the product knows; everything else is passed over.
enum AnswerField: Equatable {
    case job, jobID, status, createdAt, updatedAt, error
    case errorPart(ErrorPart)
    case result, isURL, url, message, markdown, content, pdfURL, pageCount, creditsUsed, warnings, warning
    case extensions
    case altOutputs(HTMLPlace)
    case html(HTMLPlace)
    case htmlPart(HTMLPlace, HTMLPart)
    case boundingBoxes, images, image
    case imageID, imageURL, visualType, chartType, chartTitle, sheetName, excelRange, pageNumber, renderError

    /// Where the explanation is in an error that is an object; the best first.
    enum ErrorPart: String, CaseIterable {
        case message, text, detail
    }

    /// Where an HTML rendering can be; the best first.
    enum HTMLPlace: CaseIterable {
        case extensionsAltOutputs, extensionsAltOutputsSnakeCase, altOutputs, altOutputsSnakeCase
    }

    /// Where the HTML is in a rendering that is an object; the best first.
    enum HTMLPart: String, CaseIterable {
        case content, html
    }

    /// What the value has to be for its members or elements to be looked at; nil for a place that has none.
    var container: JSONKind? {
        switch self {
        case .job, .error, .result, .extensions, .altOutputs, .html, .boundingBoxes, .image: .object
        case .warnings, .images: .array
        default: nil
        }
    }

    /// The elements, for an array.
    var element: AnswerField? {
        switch self {
        case .warnings: .warning
        case .images: .image
        default: nil
        }
    }

    /// How many bytes of a string in this place are kept.
    var textLimit: Int {
        switch self {
        case .warning: ResultFacts.warningSizeLimit
        case .markdown, .content, .html, .htmlPart: 0
        default: container == nil || self == .error ? ResultFacts.textLimit : 0
        }
    }

    /// The place of a member, or nil when the product does not know it.
    func member(_ name: String) -> AnswerField? {
        switch self {
        case .job: AnswerField.jobMembers[name]
        case .error: ErrorPart(rawValue: name).map { .errorPart($0) }
        case .result: AnswerField.resultMembers[name]
        case .extensions: AnswerField.extensionsMembers[name]
        case .altOutputs(let place): name == "html" ? .html(place) : nil
        case .html(let place): HTMLPart(rawValue: name).map { .htmlPart(place, $0) }
        case .boundingBoxes: name == "Images" ? .images : nil
        case .image: AnswerField.imageMembers[name]
        default: nil
        }
    }

    private static let jobMembers: [String: AnswerField] = [
        "job_id": .jobID, "status": .status, "created_at": .createdAt, "updated_at": .updatedAt,
        "error": .error, "result": .result,
    ]

    private static let resultMembers: [String: AnswerField] = [
        "is_url": .isURL, "url": .url, "message": .message, "markdown": .markdown, "content": .content,
        "pdf_url": .pdfURL,
        "page_count": .pageCount, "credits_used": .creditsUsed, "warnings": .warnings, "extensions": .extensions,
        "altOutputs": .altOutputs(.altOutputs), "alt_outputs": .altOutputs(.altOutputsSnakeCase),
        "bounding_boxes": .boundingBoxes,
    ]

    private static let extensionsMembers: [String: AnswerField] = [
        "altOutputs": .altOutputs(.extensionsAltOutputs), "alt_outputs": .altOutputs(.extensionsAltOutputsSnakeCase),
    ]

    private static let imageMembers: [String: AnswerField] = [
        "id": .imageID, "image_url": .imageURL, "visual_type": .visualType, "chart_type": .chartType,
        "chart_title": .chartTitle, "sheet_name": .sheetName, "excel_range": .excelRange,
        "page_number": .pageNumber, "render_error": .renderError,
    ]
}
