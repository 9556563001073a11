import Crypto
package import Quantities

/// Opens an object, piece by piece, of which the beginning has been read.
package struct ObjectOpener: Sendable {
    package let header: SealedHeader
    /// Bytes of the contents.
    package let size: ByteCount
    private let headerLength: Int
    private let key: SymmetricKey
    private let bound: [UInt8]
    private let pieces: UInt64

    /// As many bytes of an object as its opener needs at most.
    package static let longestHead = SealFormat.preambleLength + SealFormat.largestHeader + SealFormat.tagLength

    /// - Parameters:
    ///   - name: under which it was read.
    ///   - head: its beginning; more of it does no harm.
    ///   - total: bytes of the whole object, as the engine has it. If that is not so, the last piece does not open.
    package init(
        _ name: ObjectKey, head: some Collection<UInt8>, total: ByteCount, _ secret: FleetSecret
    ) throws(SealError) {
        let preamble = Array(head.prefix(SealFormat.preambleLength))
        guard preamble.count == SealFormat.preambleLength, preamble.starts(with: SealFormat.magic) else {
            throw .notSealed
        }
        let id = preamble[8..<12]
        guard let member = secret.all.first(where: { $0.id.elementsEqual(id) }) else { throw .unknownSecret }
        headerLength = Int(preamble[12..<16].reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
        guard headerLength <= SealFormat.largestHeader else { throw .notSealed }
        guard let size = SealFormat.size(ofSealed: total, headerLength: headerLength) else { throw .wrongLength }
        self.size = size
        pieces = SealFormat.pieces(of: size)
        bound = preamble + Array(name.text.utf8)
        key = member.contentKey(salt: preamble[16..<32])
        let sealed = Array(head.dropFirst(SealFormat.preambleLength).prefix(headerLength + SealFormat.tagLength))
        guard sealed.count == headerLength + SealFormat.tagLength else { throw .wrongLength }
        header = try SealedHeader(decoding: Self.opened(sealed, number: 0, isLast: false, key, bound))
    }

    /// The pieces that hold a part of the contents, and where in the object they are.
    package struct Span: Sendable, Hashable {
        package let pieces: Range<UInt64>
        package let offset: ByteCount
        package let count: ByteCount
    }

    /// Nil for a part that is none or begins at the end or after it.
    package func span(of offset: ByteCount, count: ByteCount) -> Span? {
        guard count > .zero, size > offset else { return nil }
        let end = min(offset + count, size)
        let first = offset.bytes / UInt64(SealFormat.pieceSize)
        let last = (end - 1).bytes / UInt64(SealFormat.pieceSize)
        return span(of: first..<last +| 1)
    }

    /// All of them, also when the contents are of no bytes.
    package var whole: Span { span(of: 0..<pieces) }

    private func span(of numbers: Range<UInt64>) -> Span {
        let start = SealFormat.bodyOffset(headerLength: headerLength)
        let tags = ByteCount(UInt64(SealFormat.tagLength))
        func place(_ number: UInt64) -> ByteCount {
            number >= pieces
                ? start + size + ByteCount(pieces *| tags.bytes)
                : start + ByteCount(number *| UInt64(SealFormat.sealedPieceSize))
        }
        let first = place(numbers.lowerBound)
        return Span(pieces: numbers, offset: first, count: place(numbers.upperBound) - first)
    }

    /// Bytes of the contents of a piece, but for the last.
    package static let pieceSize = UInt64(SealFormat.pieceSize)

    /// Sealed bytes of one piece.
    package func sealedLength(of number: UInt64) -> Int { Int(clamping: span(of: number..<number +| 1).count.bytes) }

    /// The contents of one piece; `number` counts from 0.
    package func open(piece number: UInt64, _ sealed: some Collection<UInt8>) throws(SealError) -> [UInt8] {
        guard number < pieces, sealed.count == sealedLength(of: number) else { throw .wrongLength }
        return try Self.opened(sealed, number: number +| 1, isLast: number +| 1 == pieces, key, bound)
    }

    private static func opened(
        _ sealed: some Collection<UInt8>, number: UInt64, isLast: Bool, _ key: SymmetricKey, _ bound: [UInt8]
    ) throws(SealError) -> [UInt8] {
        let bytes = Array(sealed)
        let nonce = try SealFormat.nonce(number, isLast: isLast)
        guard bytes.count >= SealFormat.tagLength,
            let box = try? AES.GCM.SealedBox(
                nonce: nonce, ciphertext: bytes.dropLast(SealFormat.tagLength), tag: bytes.suffix(SealFormat.tagLength)),
            let opened = try? AES.GCM.open(box, using: key, authenticating: bound)
        else { throw .notOpened }
        return Array(opened)
    }

    /// An object that is whole in memory.
    package static func open(
        _ object: [UInt8], as name: ObjectKey, _ secret: FleetSecret
    ) throws(SealError) -> (header: SealedHeader, contents: [UInt8]) {
        let opener = try ObjectOpener(name, head: object, total: ByteCount(UInt64(object.count)), secret)
        var contents: [UInt8] = []
        var rest = object[Int(clamping: opener.whole.offset.bytes)...]
        for number in opener.whole.pieces {
            let length = opener.sealedLength(of: number)
            contents += try opener.open(piece: number, rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return (opener.header, contents)
    }
}
