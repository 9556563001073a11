/// How the body of an error is written. The API has used all of these over time.
public enum ErrorShape: String, Sendable, CaseIterable, Codable {
    /// `{"error": {"code": …, "message": …, "details": …}}`
    case structured
    /// `{"error": "text"}`
    case text
    /// `{"detail": "text"}`
    case detail
    /// An HTML page, as a proxy in front of the service writes it.
    case html

    /// The `Content-Type` of such a body.
    var contentType: String {
        self == .html ? "text/html; charset=utf-8" : "application/json"
    }

    func body(status: Int, code: String, message: String) -> [UInt8] {
        switch self {
        case .structured:
            let error: JSONNode = [
                "code": .string(code), "message": .string(message), "details": [:],
            ]
            return JSONWriter.bytes(of: ["error": error], origin: "")
        case .text:
            return JSONWriter.bytes(of: ["error": .string(message)], origin: "")
        case .detail:
            return JSONWriter.bytes(of: ["detail": .string(message)], origin: "")
        case .html:
            return Array(
                """
                <html>
                <head><title>\(status) \(message)</title></head>
                <body>
                <center><h1>\(status) \(message)</h1></center>
                <hr><center>gateway</center>
                </body>
                </html>

                """.utf8)
        }
    }
}
