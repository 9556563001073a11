import Foundation

/// What came back over a connection, and how it ended.
struct RawAnswer: Sendable {
    enum Ending: Equatable {
        case open
        /// The server closed the connection in order.
        case closed
        /// The server reset the connection.
        case reset
    }

    let ending: Ending
    /// Nil if no head has come.
    let status: Int?
    /// By lower-case name.
    let headers: [String: String]
    /// As sent: of a chunked body, with its framing.
    let body: [UInt8]

    init(_ bytes: [UInt8], ending: Ending) {
        self.ending = ending
        let separator = Array("\r\n\r\n".utf8)
        guard let end = bytes.firstRange(of: separator) else {
            (status, headers, body) = (nil, [:], [])
            return
        }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
        status = lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
        let fields = lines.dropFirst().map { line -> (String, String) in
            let parts = line.split(separator: ":", maxSplits: 1)
            return (
                parts.first?.lowercased() ?? "", parts.last?.trimmingCharacters(in: .whitespaces) ?? ""
            )
        }
        headers = Dictionary(fields) { first, _ in first }
        body = Array(bytes[end.upperBound...])
    }

    var text: String { String(decoding: body, as: UTF8.self) }

    /// The body as a JSON object.
    func json() throws -> [String: Any] {
        let value = try JSONSerialization.jsonObject(with: Data(body))
        return value as? [String: Any] ?? [:]
    }

    /// `error.code` of an error in the usual shape.
    func errorCode() throws -> String? {
        (try json()["error"] as? [String: Any])?["code"] as? String
    }
}
