import Crypto
import Foundation

/// Recomputes the signature of a request from the bytes that came over the wire, by Amazon's rules and none of the product's code.
struct SignatureCheck {
    let problem: String?

    /// - Parameter head: up to and with the empty line.
    init(head: String, body: [UInt8], secretKey: String) {
        problem = Self.problem(head, body, secretKey)
    }

    private static func problem(_ head: String, _ body: [UInt8], _ secretKey: String) -> String? {
        let lines = head.components(separatedBy: "\r\n").filter { !$0.isEmpty }
        let words = lines[0].split(separator: " ").map(String.init)
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1).map(String.init)
            headers[parts[0].lowercased()] = parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : ""
        }
        guard let authorization = headers["authorization"], authorization.hasPrefix("AWS4-HMAC-SHA256 ") else {
            return "not signed"
        }
        var fields: [String: String] = [:]
        for part in authorization.dropFirst("AWS4-HMAC-SHA256 ".count).split(separator: ",") {
            let pair = part.trimmingCharacters(in: .whitespaces).split(separator: "=", maxSplits: 1).map(String.init)
            fields[pair[0]] = pair[1]
        }
        guard let credential = fields["Credential"]?.split(separator: "/").map(String.init), credential.count == 5,
            let signed = fields["SignedHeaders"]?.split(separator: ";").map(String.init),
            let date = headers["x-amz-date"]
        else { return "malformed" }
        let target = words[1].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let query = (target.count > 1 ? target[1] : "").split(separator: "&").map { pair -> (String, String) in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            return (encoded(parts[0]), encoded(parts.count > 1 ? parts[1] : ""))
        }.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map { "\($0)=\($1)" }.joined(separator: "&")
        let must = Set(headers.keys.filter { $0.hasPrefix("x-amz-") } + ["host"])
        guard must.isSubset(of: signed) else { return "not signed: \(must.subtracting(signed))" }
        let digest = hex(SHA256.hash(data: body))
        guard let said = headers["x-amz-content-sha256"], said == digest || said == "UNSIGNED-PAYLOAD" else {
            return "wrong digest"
        }
        let path = target[0].split(separator: "/", omittingEmptySubsequences: false).map { encoded(String($0)) }
            .joined(separator: "/")
        let canonical = [
            words[0], path, query, signed.map { "\($0):\(headers[$0] ?? "")\n" }.joined(),
            signed.joined(separator: ";"),
            said,
        ].joined(separator: "\n")
        let text = [
            "AWS4-HMAC-SHA256", date, credential[1...].joined(separator: "/"),
            hex(SHA256.hash(data: Data(canonical.utf8))),
        ].joined(separator: "\n")
        var key = SymmetricKey(data: Data("AWS4\(secretKey)".utf8))
        for part in credential[1...] {
            key = SymmetricKey(data: Data(HMAC<SHA256>.authenticationCode(for: Data(part.utf8), using: key)))
        }
        let signature = hex(HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: key))
        return signature == fields["Signature"] ? nil : "wrong signature of \(canonical)"
    }

    private static func encoded(_ text: String) -> String {
        let unreserved = CharacterSet(
            charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
        return (text.removingPercentEncoding ?? text).addingPercentEncoding(withAllowedCharacters: unreserved) ?? text
    }

    static func hex(_ bytes: some Sequence<UInt8>) -> String { bytes.map { String(format: "%02x", $0) }.joined() }
}
