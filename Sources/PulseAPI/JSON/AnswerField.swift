import JSONStream

/// The places in an answer that the product knows; everything else is passed over.
enum AnswerField: Equatable {
    case job, jobID, status, createdAt, updatedAt, jobMessage, error
    case errorPart(ErrorPart)
    /// `error.details`, and what it says of the cause.
    case errorDetails, errorCause
    case result, isURL, url, message, content, pdfURL, pageCount, creditsUsed, warnings, warning
    /// `results` of a pipeline, which has a result of each of its steps; that of the extraction is one as a whole.
    case pipeline, extract
    case pipelineIsURL, pipelineURL
    /// A text that stands in a member of its name.
    case text(ResultText)
    /// An identifier that tells what was done with the document.
    case identifier(ResultKind)
    case extensions
    case altOutputs(HTMLPlace)
    case html(HTMLPlace)
    case htmlPart(HTMLPlace, HTMLPart)
    case boundingBoxes, images, image
    /// What an element of a flat list of elements is.
    case elementType
    case imageID, imageURL, visualType, chartType, chartTitle, sheetName, excelRange, pageNumber, renderError
    case imageDescription

    /// Where the explanation is in an error that is an object; the best first.
    enum ErrorPart: String, CaseIterable {
        case message, text, detail
    }

    /// Where an HTML rendering can be; the best first.
    enum HTMLPlace: CaseIterable {
        case extensionsAltOutputs, extensionsAltOutputsSnakeCase, altOutputs, altOutputsSnakeCase
        /// Directly in the result, as older answers have it.
        case result
    }

    /// Where the HTML is in a rendering that is an object; the best first.
    enum HTMLPart: String, CaseIterable {
        case content, html
    }

    /// What the value has to be for its members or elements to be looked at; nil for a place that has none.
    var container: JSONKind? {
        switch self {
        case .job, .error, .errorDetails, .result, .pipeline, .extract, .extensions, .altOutputs, .html, .boundingBoxes,
            .image:
            .object
        case .warnings, .images: .array
        default: nil
        }
    }

    /// Whether an array stands in the place of the object sometimes.
    var mayBeList: Bool { self == .boundingBoxes }

    /// The elements, for an array.
    var element: AnswerField? {
        switch self {
        case .warnings: .warning
        case .images, .boundingBoxes: .image
        default: nil
        }
    }

    /// How many bytes of a string in this place are kept.
    var textLimit: Int {
        switch self {
        case .warning: ResultFacts.warningSizeLimit
        case .text, .content, .html, .htmlPart: 0
        default: container == nil || self == .error || self == .errorDetails ? ResultFacts.textLimit : 0
        }
    }

    /// The place of a member, or nil when the product does not know it.
    func member(_ name: String) -> AnswerField? {
        switch self {
        case .job: AnswerField.jobMembers[name]
        case .error: name == "details" ? .errorDetails : ErrorPart(rawValue: name).map { .errorPart($0) }
        case .errorDetails: name == "error" ? .errorCause : nil
        case .result, .extract:
            AnswerField.resultMembers[name] ?? ResultText(rawValue: name).map { .text($0) }
                ?? ResultKind(identifier: name).map { .identifier($0) }
        case .pipeline: AnswerField.pipelineMembers[name]
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
        "message": .jobMessage, "error": .error, "result": .result,
    ]

    private static let resultMembers: [String: AnswerField] = [
        "is_url": .isURL, "url": .url, "message": .message, "content": .content, "pdf_url": .pdfURL,
        "page_count": .pageCount, "credits_used": .creditsUsed, "warnings": .warnings, "extensions": .extensions,
        "altOutputs": .altOutputs(.altOutputs), "alt_outputs": .altOutputs(.altOutputsSnakeCase),
        "html": .html(.result), "bounding_boxes": .boundingBoxes, "results": .pipeline,
        // As the link within a pipeline's result gives it.
        "extract": .extract,
    ]

    private static let pipelineMembers: [String: AnswerField] = [
        "extract": .extract, "is_url": .pipelineIsURL, "url": .pipelineURL,
    ]

    private static let extensionsMembers: [String: AnswerField] = [
        "altOutputs": .altOutputs(.extensionsAltOutputs), "alt_outputs": .altOutputs(.extensionsAltOutputsSnakeCase),
    ]

    private static let imageMembers: [String: AnswerField] = [
        "id": .imageID, "image_url": .imageURL, "visual_type": .visualType, "chart_type": .chartType,
        "chart_title": .chartTitle, "sheet_name": .sheetName, "excel_range": .excelRange,
        "page_number": .pageNumber, "render_error": .renderError, "type": .elementType, "class": .elementType,
        "description": .imageDescription,
    ]
}
