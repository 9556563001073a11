package import JSONStream
package import PulseAPI
import Quantities

/// An image of a result, and the name of its file in `images/`.
package struct PartImage: Sendable {
    package var fileName: String?
    package var facts: ImageFacts

    package init(fileName: String?, facts: ImageFacts) { (self.fileName, self.facts) = (fileName, facts) }
}

/// A result that parts are made of: where it stands in a document, and what is known of it.
package struct PartsSource {
    package let document: any ByteSource
    /// Of the result in the document.
    package let range: Range<UInt64>
    package let images: [PartImage]
    /// The result has more images than are listed.
    package var imagesAreCut = false
    /// The string literal that `result.html` is made of.
    package var html: Range<UInt64>?
    /// The result holds a link to what is in it.
    package var holdsLink = false

    package init(_ document: any ByteSource, _ range: Range<UInt64>, images: [PartImage]) {
        (self.document, self.range, self.images) = (document, range, images)
    }
}

/// Makes the parts of a result, one after the other, from the result alone: the same result gives the same bytes.
///
/// Values in, bytes out. Memory: one page, chunk or table at a time, and what is cited.
package struct PartsMaker {
    /// Another number whenever the same result gives other bytes.
    package static let version = 5

    let result: PartsSource
    let isGuarded: Bool
    let outline: ResultOutline
    private let take: ([UInt8]) throws -> Void
    private(set) var list = PartList()
    private var offset: UInt64 = 0
    private var start: UInt64 = 0
    /// What `contents.md` says of the document.
    var contents = ContentsPage()

    var source: any ByteSource { result.document }
    var images: [PartImage] { result.images }

    /// Makes all parts of a result, hands their bytes to `take`, and behind them their list, which is returned. `isGuarded`: cells
    /// that a spreadsheet would take for formulas are guarded (`CSVText`).
    ///
    /// - Throws: `JSONError`, or what `take` throws.
    package static func make(
        of result: PartsSource, isGuarded: Bool = false, to take: ([UInt8]) throws -> Void
    ) throws -> PartList {
        try withoutActuallyEscaping(take) { take in
            let outline = try ResultOutline(result.document, result.range)
            var maker = PartsMaker(result: result, isGuarded: isGuarded, outline: outline, take: take)
            try maker.makeAll()
            try take(maker.list.encoded(at: maker.offset))
            return maker.list
        }
    }

    private init(
        result: PartsSource, isGuarded: Bool, outline: ResultOutline, take: @escaping ([UInt8]) throws -> Void
    ) {
        (self.result, self.isGuarded, self.outline, self.take) = (result, isGuarded, outline, take)
    }

    private mutating func makeAll() throws {
        for kind in PartKind.all { try kind.make(&self) }
    }

    // MARK: Writing

    mutating func begin() { start = offset }

    mutating func write(_ bytes: [UInt8]) throws {
        guard !bytes.isEmpty else { return }
        try take(bytes)
        offset +|= UInt64(bytes.count)
    }

    mutating func end(_ path: String) { list.add(path, start..<offset) }

    mutating func lacks(_ path: String, _ reason: String) { list.lacks(path, reason) }

    /// A value of the document laid out anew.
    mutating func write(_ range: Range<UInt64>, _ style: JSONLayout.Style) throws {
        var layout = JSONLayout(style)
        var offset = range.lowerBound
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while offset < range.upperBound {
            let wanted = Int(min(UInt64(buffer.count), range.upperBound -| offset))
            var span = buffer.mutableSpan
            let got = min(try source.read(at: offset, into: &span), wanted)
            guard got > 0 else { throw JSONError(.unexpectedEnd, at: offset, "The document ends within a value.") }
            var laid: [UInt8] = []
            laid.reserveCapacity(got + got / 4)
            layout.add(buffer[..<got], to: &laid)
            try write(laid)
            offset +|= UInt64(got)
        }
        var rest: [UInt8] = []
        layout.finish(&rest)
        try write(rest)
    }

    /// What a text of the document says.
    mutating func write(text literal: Range<UInt64>) throws {
        var decoder = JSONStringDecoder(source, literal: literal)
        var chunk: [UInt8] = []
        while try decoder.next(into: &chunk) { try write(chunk) }
    }
}
