/// Bytes as hexadecimal digits.
enum HexText {
    private static let small = Array("0123456789abcdef".utf8)
    static let capitals = Array("0123456789ABCDEF".utf8)

    /// In small letters.
    static func text(_ bytes: some Sequence<UInt8>) -> String {
        String(decoding: bytes.flatMap { [small[Int($0 >> 4)], small[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// Nil for what is none, or has an odd number of digits.
    static func bytes(_ text: String) -> [UInt8]? {
        let digits = text.utf8.map(value)
        guard digits.count % 2 == 0, !digits.contains(nil) else { return nil }
        let values = digits.compactMap { $0 }
        return stride(from: 0, to: values.count, by: 2).map { values[$0] << 4 | values[$0 + 1] }
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit & 15
        case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"): (digit & 15) + 9
        default: nil
        }
    }
}
