/// What the body of an error says.
struct S3ErrorBody: Hashable {
    /// A word such as `NoSuchKey`; nil when the body is not an object store's.
    let code: String?
    let message: String?
    let region: String?

    private static let longestCode = 64
    private static let longestMessage = 200

    init(_ body: [UInt8]) {
        let root = try? XMLElement(body)
        let error = root.flatMap { $0.name == "Error" ? $0 : $0["Error"] }
        code = error?.text("Code").flatMap { Self.isWord($0) ? $0 : nil }
        message = error?.text("Message").flatMap(Self.line)
        region = error?.text("Region").flatMap { StoreLocation.isRegion($0) ? $0 : nil }
    }

    private static func isWord(_ text: String) -> Bool {
        (1...longestCode).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                ($0 | 0x20 >= UInt8(ascii: "a") && $0 | 0x20 <= UInt8(ascii: "z")) || $0 == UInt8(ascii: ".")
            }
    }

    /// Printable ASCII of one line, and not all of a long one.
    private static func line(_ text: String) -> String? {
        let bytes = text.utf8.prefix(longestMessage).map { (0x20...0x7e).contains($0) ? $0 : UInt8(ascii: " ") }
        let line = String(decoding: bytes, as: UTF8.self)
        return line.allSatisfy { $0 == " " } ? nil : line
    }
}
