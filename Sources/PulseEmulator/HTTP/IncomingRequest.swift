import HTTPTypes
import HummingbirdCore

/// A request as the endpoints see it.
struct IncomingRequest: Sendable {
    let method: String
    /// Path and query as sent.
    let target: String
    /// Header fields by lower-case name; of repeated ones the first.
    let headers: [String: String]
    let caller: Caller
    /// Scheme and host that URLs in the answer start with: those the request was sent to.
    let origin: String
    /// Of a POST; empty for other methods.
    let body: [UInt8]

    init(_ head: HTTPRequest, body: [UInt8] = [], keys: KeyRing, fallbackHost: String) {
        self.body = body
        method = head.method.rawValue
        target = head.path ?? "/"
        let fields = head.headerFields.map { ($0.name.canonicalName, $0.value) }
        headers = Dictionary(fields) { first, _ in first }
        caller = keys.caller(presenting: headers["x-api-key"])
        origin = "http://" + (head.authority ?? headers["host"] ?? fallbackHost)
    }

    /// The path without the query, percent-encoded.
    var path: Substring {
        target.prefix { $0 != "?" && $0 != "#" }
    }

    /// The decoded value of a query parameter.
    func query(_ name: String) -> String? {
        guard let mark = target.firstIndex(of: "?") else { return nil }
        for pair in target[target.index(after: mark)...].split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1)
            if let key = parts.first, key == name {
                return PercentEncoding.decode(parts.dropFirst().first ?? "")
            }
        }
        return nil
    }
}
