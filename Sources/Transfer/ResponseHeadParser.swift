import Quantities

/// Puts header lines, as CURLOPT_HEADERFUNCTION(3) hands them over, together to one final head.
///
/// The lines of several heads may come: interim 1xx heads are dropped, and trailers after the final head are ignored.
struct ResponseHeadParser {
    enum Refusal: Error {
        case malformedStatusLine
        case malformedField
        case tooLarge
    }

    /// Bytes of header lines accepted in one transfer.
    static let maximumBytes = 128 * 1024
    static let maximumFields = 1000

    private typealias StatusLine = (code: Int, version: HTTPVersion)
    private typealias Bytes = Slice<UnsafeRawBufferPointer>

    private(set) var isComplete = false
    private var bytes = 0
    private var status: StatusLine?
    private var fields = HTTPFields()

    /// Takes one line with its line end; bytes that are not UTF-8 are replaced.
    /// Returns the head when the line completes it, else nil.
    mutating func consume(_ line: UnsafeRawBufferPointer) throws(Refusal) -> ResponseHead? {
        bytes += line.count
        guard bytes <= Self.maximumBytes else { throw .tooLarge }
        guard !isComplete else { return nil }

        let text = Self.trimmingLineEnd(line[...])
        guard let status else {
            status = try Self.parseStatus(text)
            return nil
        }
        if text.isEmpty {
            return finish(status)
        }
        try consumeField(text)
        return nil
    }

    private mutating func finish(_ status: StatusLine) -> ResponseHead? {
        defer {
            self.status = nil
            fields = HTTPFields()
        }
        guard status.code >= 200 else { return nil }
        isComplete = true
        return ResponseHead(status: status.code, httpVersion: status.version, fields: fields)
    }

    private mutating func consumeField(_ text: Bytes) throws(Refusal) {
        if let first = text.first, Self.isBlank(first) {
            fields.extendLastValue(with: Self.trimmed(text))
            return
        }
        guard let colon = text.firstIndex(of: UInt8(ascii: ":")), colon > text.startIndex else { throw .malformedField }
        guard fields.all.count < Self.maximumFields else { throw .tooLarge }
        fields.append(name: Self.trimmed(text[..<colon]), value: Self.trimmed(text[text.index(after: colon)...]))
    }

    /// Parses `HTTP/1.1 200 OK` and `HTTP/2 200`.
    private static func parseStatus(_ line: Bytes) throws(Refusal) -> StatusLine {
        let words = line.split(separator: UInt8(ascii: " "), maxSplits: 2)
        guard words.count >= 2, words[1].count == 3, let code = UInt64(digits: text(words[1])), code >= 100 else {
            throw .malformedStatusLine
        }
        let version: HTTPVersion
        switch text(words[0]) {
        case "HTTP/1.0": version = .http10
        case "HTTP/1.1": version = .http11
        case "HTTP/2", "HTTP/2.0": version = .http2
        case "HTTP/3", "HTTP/3.0": version = .http3
        default: throw .malformedStatusLine
        }
        return (Int(code), version)
    }

    private static func trimmingLineEnd(_ line: Bytes) -> Bytes {
        var line = line
        while let last = line.last, last == 0x0A || last == 0x0D { line.removeLast() }
        return line
    }

    private static func trimmed(_ text: Bytes) -> String {
        var text = text
        while let first = text.first, isBlank(first) { text.removeFirst() }
        while let last = text.last, isBlank(last) { text.removeLast() }
        return Self.text(text)
    }

    private static func text(_ bytes: Bytes) -> String {
        String(decoding: bytes, as: UTF8.self)
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}
