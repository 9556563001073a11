package import JSONStream
package import PulseAPI
import Quantities

/// An image of a result, and the name of its file in `images/`.
package struct PartImage: Sendable {
    package var fileName: String?
    package var facts: ImageFacts

    package init(fileName: String?, facts: ImageFacts) { (self.fileName, self.facts) = (fileName, facts) }
}

/// Makes the parts of a result, one after the other, from the result alone: the same result gives the same bytes.
///
/// Values in, bytes out. Memory: one page, chunk or table at a time, and what is cited.
package struct PartsMaker {
    /// Another number whenever the same result gives other bytes.
    package static let version = 5

    let source: any ByteSource
    /// Of the result in the document.
    let range: Range<UInt64>
    let images: [PartImage]
    /// The result has more images than are listed.
    let imagesAreCut: Bool
    let isGuarded: Bool
    /// The string literal that `result.html` is made of.
    let html: Range<UInt64>?
    /// The result holds a link to what is in it.
    let holdsLink: Bool
    let outline: ResultOutline
    private let take: ([UInt8]) throws -> Void
    private(set) var list = PartList()
    private var offset: UInt64 = 0
    private var start: UInt64 = 0
    /// What `contents.md` says of the document.
    var contents = ContentsPage()

    /// Makes all parts of the result at a range of a document, hands their bytes to `take`, and behind them their list, which is
    /// returned. `isGuarded`: cells that a spreadsheet would take for formulas are guarded (`CSVText`).
    ///
    /// - Throws: `JSONError`, or what `take` throws.
    package static func make(
        of source: any ByteSource, _ range: Range<UInt64>, images: [PartImage], imagesAreCut: Bool = false,
        isGuarded: Bool = false, html: Range<UInt64>? = nil, holdsLink: Bool = false, to take: ([UInt8]) throws -> Void
    ) throws -> PartList {
        try withoutActuallyEscaping(take) { take in
            var maker = PartsMaker(
                source: source, range: range, images: images, imagesAreCut: imagesAreCut, isGuarded: isGuarded,
                html: html, holdsLink: holdsLink, outline: try ResultOutline(source, range),
                take: take)
            try maker.makeAll()
            try take(maker.list.encoded(at: maker.offset))
            return maker.list
        }
    }

    private init(
        source: any ByteSource, range: Range<UInt64>, images: [PartImage], imagesAreCut: Bool, isGuarded: Bool,
        html: Range<UInt64>?, holdsLink: Bool, outline: ResultOutline, take: @escaping ([UInt8]) throws -> Void
    ) {
        (self.source, self.range, self.images) = (source, range, images)
        (self.imagesAreCut, self.isGuarded) = (imagesAreCut, isGuarded)
        (self.html, self.holdsLink) = (html, holdsLink)
        (self.outline, self.take) = (outline, take)
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
