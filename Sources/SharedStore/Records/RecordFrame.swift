#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// How the contents of an object begin that says something of itself: the length of a JSON object in 4 bytes, the highest first, that
/// object, and whatever goes with it.
enum RecordFrame {
    static let lengthBytes = 4
    /// Bytes of the JSON object; a longer one is none.
    static let largestHeader = 16_384

    /// Nil for a header that is too large.
    static func head(_ header: some Encodable) -> [UInt8]? {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        guard let data = try? encoder.encode(header), data.count <= largestHeader else { return nil }
        return withUnsafeBytes(of: UInt32(data.count).bigEndian) { Array($0) } + Array(data)
    }

    /// What the first bytes of some contents say, and where what goes with it begins; nil for what is none, or is not all there.
    static func read<Header: Decodable>(_ type: Header.Type, _ bytes: [UInt8]) -> (header: Header, end: Int)? {
        guard bytes.count >= lengthBytes else { return nil }
        let length = Int(bytes[..<lengthBytes].reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
        guard length <= largestHeader, bytes.count - lengthBytes >= length else { return nil }
        let end = lengthBytes + length
        guard let header = try? JSONDecoder().decode(type, from: Data(bytes[lengthBytes..<end])) else { return nil }
        return (header, end)
    }
}
