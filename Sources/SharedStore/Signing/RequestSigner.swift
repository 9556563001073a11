import Crypto
package import Transfer

/// Amazon's signature of a request, version 4, in its Authorization header
/// (https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html).
///
/// libcurl could sign too, but neither sorts a query nor sends the digest of a body.
package struct RequestSigner: Sendable {
    /// What is signed.
    package struct Request: Sendable {
        package var method: String
        /// The Host header as it is sent.
        package var authority: String
        /// Percent-encoded once, as it is sent.
        package var path: String
        /// Names and values as they are, in any order.
        package var query: [(name: String, value: String)]
        /// All of them are signed.
        package var headers: HTTPFields
        package var payload: Payload

        package init(
            method: String, authority: String, path: String, query: [(name: String, value: String)] = [],
            headers: HTTPFields = [:], payload: Payload = .bytes([])
        ) {
            (self.method, self.authority, self.path) = (method, authority, path)
            (self.query, self.headers, self.payload) = (query, headers, payload)
        }
    }

    /// What the signature says of the body.
    package enum Payload: Sendable, Hashable {
        /// In hexadecimal.
        case sha256(String)
        /// Nothing: TLS watches over it.
        case unsigned

        package static func bytes(_ bytes: [UInt8]) -> Payload { .sha256(HexText.text(SHA256.hash(data: bytes))) }

        var text: String {
            switch self {
            case .sha256(let digest): digest
            case .unsigned: "UNSIGNED-PAYLOAD"
            }
        }
    }

    /// What is sent for it.
    package struct Signed: Sendable {
        /// Those of the request, and those that the signature brings along.
        package let headers: HTTPFields
        /// Sorted and encoded as it was signed, without a question mark.
        package let query: String
    }

    package let region: String
    package let service: String
    /// Whether the digest of the body is a header too, as S3 wants it.
    private let sendsDigest: Bool

    package init(region: String, service: String = "s3", sendsDigest: Bool = true) {
        (self.region, self.service, self.sendsDigest) = (region, service, sendsDigest)
    }

    /// - Parameter seconds: the time since 1970 by the server's clock, which takes a signature for 15 minutes.
    package func sign(_ request: Request, _ credentials: StoreCredentials, at seconds: Int64) -> Signed {
        let time = CalendarTime(seconds: seconds)
        var headers = request.headers
        headers.append(name: "x-amz-date", value: time.stamp)
        if sendsDigest { headers.append(name: "x-amz-content-sha256", value: request.payload.text) }
        credentials.withSessionToken { headers.append(name: "x-amz-security-token", value: $0) }
        let query = Self.canonicalQuery(request.query)
        let (canonicalHeaders, names) = Self.canonicalHeaders(headers, host: request.authority)
        let canonical = [request.method, request.path, query, canonicalHeaders, names, request.payload.text]
        let scope = "\(time.day)/\(region)/\(service)/aws4_request"
        let text = [
            "AWS4-HMAC-SHA256", time.stamp, scope,
            HexText.text(SHA256.hash(data: Array(canonical.joined(separator: "\n").utf8))),
        ].joined(separator: "\n")
        let signature = HexText.text(Self.code(text, key(credentials, day: time.day)))
        headers.append(
            name: "Authorization",
            value: "AWS4-HMAC-SHA256 Credential=\(credentials.accessKey)/\(scope), "
                + "SignedHeaders=\(names), Signature=\(signature)")
        return Signed(headers: headers, query: query)
    }

    private func key(_ credentials: StoreCredentials, day: String) -> SymmetricKey {
        let first = credentials.withSecretKey { SymmetricKey(data: Array("AWS4\($0)".utf8)) }
        return [day, region, service, "aws4_request"].reduce(first) { key, text in
            SymmetricKey(data: Array(Self.code(text, key)))
        }
    }

    private static func code(_ text: String, _ key: SymmetricKey) -> HMAC<SHA256>.MAC {
        HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key)
    }

    /// Sorted by the encoded names, and by the encoded values of a name.
    private static func canonicalQuery(_ query: [(name: String, value: String)]) -> String {
        query.map { (Array(URIEncoding.query($0.name).utf8), Array(URIEncoding.query($0.value).utf8)) }
            .sorted { one, other in
                one.0 == other.0 ? one.1.lexicographicallyPrecedes(other.1) : one.0.lexicographicallyPrecedes(other.0)
            }
            .map { "\(String(decoding: $0, as: UTF8.self))=\(String(decoding: $1, as: UTF8.self))" }
            .joined(separator: "&")
    }

    private static func canonicalHeaders(_ fields: HTTPFields, host: String) -> (text: String, names: String) {
        var values: [String: [String]] = ["host": [host]]
        for field in fields.all { values[field.name.lowercased(), default: []].append(folded(field.value)) }
        let names = values.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let lines = names.map { "\($0):\((values[$0] ?? []).joined(separator: ","))\n" }
        return (lines.joined(), names.joined(separator: ";"))
    }

    /// Without spaces at the ends, and with single ones inside.
    private static func folded(_ value: String) -> String {
        value.split(whereSeparator: { $0 == " " || $0 == "\t" }).joined(separator: " ")
    }
}
