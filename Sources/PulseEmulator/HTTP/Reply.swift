/// An answer, before anything that goes wrong on the way is applied to it.
struct Reply: Sendable {
    var status: Int
    var headers: [(String, String)] = []
    var body: ByteSource
    /// Called with true just before the last bytes are sent, and with false if that then failed.
    var delivered: (@Sendable (Bool) -> Void)?
    /// Called just before the first byte of the answer is sent.
    var begun: (@Sendable () -> Void)?
    /// Called when the answer has been sent, or cannot be any more.
    var ended: (@Sendable () -> Void)?

    init(
        status: Int = 200, contentType: String, headers: [(String, String)] = [], body: ByteSource,
        delivered: (@Sendable (Bool) -> Void)? = nil
    ) {
        self.status = status
        self.headers = [("Content-Type", contentType)] + headers
        self.body = body
        self.delivered = delivered
    }

    static func json(_ node: JSONNode, status: Int = 200, origin: String = "") -> Reply {
        Reply(
            status: status, contentType: "application/json",
            body: ByteSource(JSONWriter.bytes(of: node, origin: origin)))
    }

    static func failure(
        _ failure: APIFailure, shape: ErrorShape, headers: [(String, String)] = []
    ) -> Reply {
        let body = shape.body(status: failure.status, code: failure.code, message: failure.message)
        return Reply(
            status: failure.status, contentType: shape.contentType, headers: headers,
            body: ByteSource(body))
    }
}
