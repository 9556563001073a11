extension Fault.Effect {
    /// The answer that takes the place of the true one, or nil if that is kept.
    func replacement(shape: ErrorShape) -> Reply? {
        switch self {
        case .status(let status, let ownShape, let code, let message, let headers):
            let usual = Self.usual(status)
            let failure = APIFailure(
                status: status, code: code ?? usual.code, message: message ?? usual.message)
            return .failure(failure, shape: ownShape ?? shape, headers: headers)
        case .html:
            let page = "<!doctype html>\n<title>Sign in</title>\n<h1>Sign in to the network</h1>\n"
            return Reply(contentType: "text/html; charset=utf-8", body: ByteSource(text: page))
        case .json(let text):
            return Reply(contentType: "application/json", body: ByteSource(text: text))
        case .redirect(let location, let status):
            return Reply(
                status: status, contentType: "text/plain", headers: [("Location", location)],
                body: .empty)
        case .stallBeforeHeaders, .stallBody, .cutBody, .resetBeforeHeaders, .resetInHeaders, .garbage, .resetBody,
            .drip,
            .wrongLength, .chunked, .delay:
            return nil
        }
    }

    private static func usual(_ status: Int) -> (code: String, message: String) {
        switch status {
        case 400: ("INVALID_REQUEST", "Invalid request.")
        case 401: ("AUTH_002", "Invalid API key.")
        case 402: ("BILLING_001", "Credit limit reached. Add credits to continue.")
        case 403: ("AUTH_002", "This job belongs to another organization.")
        case 404: ("NOT_FOUND", "Job not found.")
        case 410: ("GONE", "This result has already been downloaded.")
        case 429: ("RATE_001", "Rate limit exceeded. Try again later.")
        case 503: ("GENERAL_003", "Service temporarily unavailable.")
        case 500...: ("GENERAL_001", "Internal server error.")
        default: ("GENERAL_002", "Request failed.")
        }
    }
}
