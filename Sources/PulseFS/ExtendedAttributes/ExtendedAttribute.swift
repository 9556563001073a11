/// The extended attributes that a mount shows with `--xattrs`. Their names are a promise.
enum ExtendedAttribute: String, CaseIterable, Sendable {
    // Of everyone (freedesktop.org, "Common Extended Attributes").
    case mimeType = "user.mime_type"
    case originURL = "user.xdg.origin.url"
    // Of a job, and of all that is in it.
    case jobID = "user.pulse.job_id"
    case status = "user.pulse.status"
    case createdAt = "user.pulse.created_at"
    case updatedAt = "user.pulse.updated_at"
    // Of a job's directory.
    case pageCount = "user.pulse.page_count"
    case creditsUsed = "user.pulse.credits_used"
    // Of an image.
    case imageID = "user.pulse.image_id"
    case visualType = "user.pulse.visual_type"
    case chartType = "user.pulse.chart_type"
    case chartTitle = "user.pulse.chart_title"
    case pageNumber = "user.pulse.page_number"
    case sheetName = "user.pulse.sheet_name"
    case excelRange = "user.pulse.excel_range"
    case renderError = "user.pulse.render_error"

    /// It stands in the job's result and nowhere else.
    var isOfResult: Bool {
        switch self {
        case .mimeType, .originURL, .jobID, .status, .createdAt, .updatedAt: false
        default: true
        }
    }
}
