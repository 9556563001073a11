/// A refusal of the emulated API: an HTTP status with the API's own code and message.
struct APIFailure: Error, Equatable {
    let status: Int
    let code: String
    let message: String

    static let missingKey = APIFailure(
        status: 401, code: "AUTH_001", message: "Authentication required: send your key in x-api-key.")
    static let invalidKey = APIFailure(
        status: 401, code: "AUTH_002", message: "Invalid API key.")
    static let otherOrganization = APIFailure(
        status: 403, code: "AUTH_002", message: "This job belongs to another organization.")
    static let jobNotFound = APIFailure(
        status: 404, code: "NOT_FOUND", message: "Job not found.")
    static let imageNotFound = APIFailure(
        status: 404, code: "NOT_FOUND", message: "Visual image not found.")
    static let pdfNotFound = APIFailure(
        status: 404, code: "NOT_FOUND", message: "No PDF was produced by this job.")
    static let pathNotFound = APIFailure(
        status: 404, code: "NOT_FOUND", message: "No such endpoint.")
    static let unsafeFilename = APIFailure(
        status: 400, code: "INVALID_REQUEST", message: "Invalid filename.")
    static let alreadyDelivered = APIFailure(
        status: 410, code: "GONE", message: "This result has already been downloaded.")
    static let linkExpired = APIFailure(
        status: 410, code: "GONE", message: "This result link has expired.")
    static let downloadUnderWay = APIFailure(
        status: 409, code: "CONFLICT", message: "This result is being downloaded.")
    static let methodNotAllowed = APIFailure(
        status: 405, code: "METHOD_NOT_ALLOWED", message: "Method not allowed.")
}
