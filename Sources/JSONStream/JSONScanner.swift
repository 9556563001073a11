import Quantities

/// Goes once through a JSON text, checks every byte of it against RFC 8259, and reports what is where.
///
/// Strict: no comments, no trailing commas, only UTF-8, nothing but white space behind the document. Two things are
/// read that the grammar does not have, because servers send them: one byte order mark before the document, which
/// section 8.1 lets a parser pass over, and the numbers `NaN`, `Infinity` and `-Infinity`, as Python writes them.
/// One thing is allowed that some parsers refuse, because the grammar allows it: an escaped surrogate without its
/// partner. Memory: one chunk, 17 bytes for each open container, and the text a handler asks for.
package struct JSONScanner {
    package static let defaultDepthLimit = 512

    private struct Container {
        let start: UInt64
        let isObject: Bool
    }

    /// What the grammar wants next.
    private enum Expectation {
        case value, elementOrEnd, keyOrEnd, key, commaOrEnd
    }

    private var window: ByteWindow
    private let depthLimit: Int
    private var containers: [Container] = []
    /// What the innermost open container is.
    private var isInObject = false
    private var expectation = Expectation.value
    private var text = JSONText()

    /// Scans a whole source and reports to `handler`. Blocks for as long as reading does.
    ///
    /// - Parameters:
    ///   - range: where the text stands in the source; the offsets that are reported are the source's.
    ///   - chunkSize: bytes asked of the source at a time.
    ///   - depthLimit: how many containers may be open at the same time.
    /// - Throws: `JSONError` for the first byte that is not allowed, or when the source cannot be read.
    package static func scan(
        _ source: any ByteSource, range: Range<UInt64> = 0..<UInt64.max, chunkSize: Int? = nil,
        depthLimit: Int = defaultDepthLimit,
        handler: inout some JSONHandler
    ) throws(JSONError) {
        let window = ByteWindow(source, range: range, chunkSize: chunkSize ?? ByteWindow.defaultChunkSize)
        var scanner = JSONScanner(window: window, depthLimit: depthLimit)
        try scanner.scanDocument(&handler)
    }

    private init(window: ByteWindow, depthLimit: Int) {
        self.window = window
        self.depthLimit = depthLimit
    }

    private mutating func scanDocument(_ handler: inout some JSONHandler) throws(JSONError) {
        try window.passByteOrderMark()
        repeat {
            guard let byte = try window.skipWhitespace() else { throw window.unexpectedEnd(in: "the document") }
            try scanToken(byte, &handler)
        } while expectation != .commaOrEnd || !containers.isEmpty
        if let byte = try window.skipWhitespace() {
            throw JSONError(
                .trailingData, at: window.offset, "The document is followed by \(JSONError.name(of: byte)).")
        }
    }

    private mutating func scanToken(_ byte: UInt8, _ handler: inout some JSONHandler) throws(JSONError) {
        switch expectation {
        case .commaOrEnd:
            if byte == UInt8(ascii: ",") {
                window.advance()
                expectation = isInObject ? .key : .value
            } else {
                try endContainer(byte, &handler)
            }
        case .value:
            try scanValue(byte, &handler)
        case .elementOrEnd:
            if byte == UInt8(ascii: "]") { try endContainer(byte, &handler) } else { try scanValue(byte, &handler) }
        case .key, .keyOrEnd:
            if byte == UInt8(ascii: "\"") {
                try scanKey(&handler)
            } else if expectation == .keyOrEnd {
                try endContainer(byte, &handler)
            } else {
                throw unexpected(byte)
            }
        }
    }

    private mutating func scanKey(_ handler: inout some JSONHandler) throws(JSONError) {
        let range = try scanString(limit: handler.captureLimit(for: .key))
        handler.key(range, text)
        guard let byte = try window.skipWhitespace() else { throw window.unexpectedEnd(in: "an object") }
        guard byte == UInt8(ascii: ":") else {
            throw JSONError(
                .unexpectedByte, at: window.offset, "A key is followed by \(JSONError.name(of: byte)) instead of `:`.")
        }
        window.advance()
        expectation = .value
    }

    private mutating func scanValue(_ byte: UInt8, _ handler: inout some JSONHandler) throws(JSONError) {
        switch byte {
        case UInt8(ascii: "\""):
            let range = try scanString(limit: handler.captureLimit(for: .string))
            handler.string(range, text)
        case UInt8(ascii: "{"):
            try beginContainer(isObject: true)
            handler.beginObject(at: window.offset -| 1)
            return
        case UInt8(ascii: "["):
            try beginContainer(isObject: false)
            handler.beginArray(at: window.offset -| 1)
            return
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "N"), UInt8(ascii: "I"):
            let start = window.offset
            text.begin(limit: handler.captureLimit(for: .number))
            try window.scanNumber(into: &text)
            handler.number(start..<window.offset, text)
        case UInt8(ascii: "t"): try scanLiteral(.true, &handler)
        case UInt8(ascii: "f"): try scanLiteral(.false, &handler)
        case UInt8(ascii: "n"): try scanLiteral(.null, &handler)
        default: throw unexpected(byte)
        }
        expectation = .commaOrEnd
    }

    private mutating func beginContainer(isObject: Bool) throws(JSONError) {
        guard containers.count < depthLimit else {
            throw JSONError(
                .tooDeep, at: window.offset, "More than \(depthLimit) objects and arrays lie within each other.")
        }
        containers.append(Container(start: window.offset, isObject: isObject))
        isInObject = isObject
        window.advance()
        expectation = isObject ? .keyOrEnd : .elementOrEnd
    }

    private mutating func endContainer(_ byte: UInt8, _ handler: inout some JSONHandler) throws(JSONError) {
        let closing = isInObject ? UInt8(ascii: "}") : UInt8(ascii: "]")
        guard byte == closing, let container = containers.popLast() else { throw unexpected(byte) }
        window.advance()
        isInObject = containers.last?.isObject ?? false
        expectation = .commaOrEnd
        let range = container.start..<window.offset
        if container.isObject { handler.endObject(range) } else { handler.endArray(range) }
    }

    /// Passes a string literal, the opening quote of which is next, and keeps `limit` bytes of it.
    private mutating func scanString(limit: Int) throws(JSONError) -> Range<UInt64> {
        let start = window.offset
        window.advance()
        text.begin(limit: limit)
        if let body = window.passPlainString() {
            if limit > 0 { text.append(window.buffer[body]) }
            return start..<window.offset
        }
        while true {
            switch try window.nextStringPiece() {
            case .run(let range): if limit > 0 { text.append(window.buffer[range]) }
            case .escape(let scalar): if limit > 0 { text.append(scalar) }
            case .end: return start..<window.offset
            }
        }
    }

    private mutating func scanLiteral(_ literal: JSONLiteral, _ handler: inout some JSONHandler) throws(JSONError) {
        let start = window.offset
        if let byte = try window.passWord(literal.rawValue) { throw unexpected(byte) }
        handler.literal(start..<window.offset, literal)
    }

    private func unexpected(_ byte: UInt8) -> JSONError {
        let place =
            switch expectation {
            case .value, .elementOrEnd: "a value"
            case .key, .keyOrEnd: "a key"
            case .commaOrEnd: "a comma or the end of what is open"
            }
        return JSONError(
            .unexpectedByte, at: window.offset, "\(JSONError.name(of: byte)) stands where \(place) was expected.")
    }
}
