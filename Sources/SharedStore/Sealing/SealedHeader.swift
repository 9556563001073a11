#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What each sealed object says of itself: a number used once, so that no two writings have equal bytes and so equal ETags; how often the
/// object was written before; who wrote it.
package struct SealedHeader: Sendable, Hashable, Codable {
    package let nonce: String
    package let seq: UInt64
    package let writer: String

    private static let longest = 256

    /// How a process of a machine is called.
    package static func writer(machine: String, process: Int32) -> String { "\(machine)\(between)\(process)" }

    private static let between = ", process "

    /// The machine that a process of wrote it.
    var machine: String { writer.firstRange(of: Self.between).map { String(writer[..<$0.lowerBound]) } ?? writer }

    package init(nonce: String = SealedHeader.randomNonce(), seq: UInt64 = 0, writer: String) {
        (self.nonce, self.seq, self.writer) = (nonce, seq, writer)
    }

    /// 128 random bits as hexadecimal digits.
    package static func randomNonce() -> String {
        var generator = SystemRandomNumberGenerator()
        return HexText.text((0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) })
    }

    var encoded: [UInt8] {
        get throws(SealError) {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            guard let data = try? encoder.encode(self), data.count <= SealFormat.largestHeader else { throw .badHeader }
            return Array(data)
        }
    }

    init(decoding bytes: [UInt8]) throws(SealError) {
        guard let header = try? JSONDecoder().decode(SealedHeader.self, from: Data(bytes)),
            [header.nonce, header.writer].allSatisfy({ $0.utf8.count <= Self.longest })
        else { throw .badHeader }
        self = header
    }
}
