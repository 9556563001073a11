import Crypto
package import Quantities

/// Seals the contents of one object, piece by piece, under a fresh key of its own.
package struct ObjectSealer: Sendable {
    /// The beginning of the object: the preamble and the sealed header.
    package let head: [UInt8]
    package let headerLength: Int
    private let key: SymmetricKey
    private let bound: [UInt8]

    package init(_ name: ObjectKey, _ header: SealedHeader, _ secret: MemberSecret) throws(SealError) {
        var generator = SystemRandomNumberGenerator()
        let salt = (0..<SealFormat.saltLength).map { _ in UInt8.random(in: 0...255, using: &generator) }
        try self.init(name, header, secret, salt: salt)
    }

    /// With a salt that nothing else has been sealed under.
    init(_ name: ObjectKey, _ header: SealedHeader, _ secret: MemberSecret, salt: [UInt8]) throws(SealError) {
        let plain = try header.encoded
        headerLength = plain.count
        let length = withUnsafeBytes(of: UInt32(plain.count).bigEndian) { Array($0) }
        let preamble = SealFormat.magic + secret.id + length + salt
        bound = preamble + Array(name.text.utf8)
        key = secret.contentKey(salt: salt)
        head = try preamble + Self.sealed(plain, number: 0, isLast: false, key, bound)
    }

    /// Bytes of the object, when its contents have that size.
    package func sealedSize(of size: ByteCount) -> ByteCount {
        SealFormat.sealedSize(of: size, headerLength: headerLength)
    }

    /// Seals a piece; `number` counts from 0. All but the last are of 128 KiB. A number is never sealed with two contents.
    func piece(_ number: UInt64, _ bytes: some Collection<UInt8>, isLast: Bool) throws(SealError) -> [UInt8] {
        try Self.sealed(bytes, number: number +| 1, isLast: isLast, key, bound)
    }

    private static func sealed(
        _ bytes: some Collection<UInt8>, number: UInt64, isLast: Bool, _ key: SymmetricKey, _ bound: [UInt8]
    ) throws(SealError) -> [UInt8] {
        let nonce = try SealFormat.nonce(number, isLast: isLast)
        guard let box = try? AES.GCM.seal(Array(bytes), using: key, nonce: nonce, authenticating: bound) else {
            throw .notOpened
        }
        return Array(box.ciphertext) + Array(box.tag)
    }

    /// An object in memory.
    package static func seal(
        _ contents: [UInt8], as name: ObjectKey, _ header: SealedHeader, _ secret: MemberSecret
    ) throws(SealError) -> [UInt8] {
        let sealer = try ObjectSealer(name, header, secret)
        var bytes = sealer.head
        let pieces = SealFormat.pieces(of: ByteCount(UInt64(contents.count)))
        for number in 0..<pieces {
            let first = Int(number) * SealFormat.pieceSize
            let part = contents[first..<min(first + SealFormat.pieceSize, contents.count)]
            bytes += try sealer.piece(number, part, isLast: number +| 1 == pieces)
        }
        return bytes
    }
}
