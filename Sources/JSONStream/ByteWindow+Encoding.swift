import Quantities

extension ByteWindow {
    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// Passes the byte order mark that a document begins with, if it does.
    ///
    /// - Throws: `JSONError`: `byteOrderMark` for a second one, `otherEncoding` for a document in UTF-16 or UTF-32, with
    ///   a mark or without, and `unexpectedEnd` when the source ends within a mark.
    mutating func passByteOrderMark() throws(JSONError) {
        _ = try fill(4)
        let first = buffer[position..<min(end, position + 4)]
        if let encoding = Self.otherEncoding(first) {
            throw JSONError(.otherEncoding, at: offset, "The answer is in \(encoding), and JSON is in UTF-8.")
        }
        guard try passMark() else { return }
        guard try passMark() else { return }
        throw JSONError(.byteOrderMark, at: offset -| 3, "The answer begins with more than one byte order mark.")
    }

    /// Whether there was a mark, which has been passed.
    private mutating func passMark() throws(JSONError) -> Bool {
        _ = try fill(3)
        let next = buffer[position..<min(end, position + 3)]
        guard !next.isEmpty, Self.byteOrderMark.starts(with: next) else { return false }
        guard next.count == 3 else { throw unexpectedEnd(in: "a byte order mark") }
        advance(3)
        return true
    }

    /// What a document is encoded in that begins with these bytes, at most four, when that is not UTF-8: told by its
    /// byte order mark, or by the zero bytes around the first two characters, which JSON has in ASCII (RFC 4627, section 3).
    private static func otherEncoding(_ first: ArraySlice<UInt8>) -> String? {
        let bytes = Array(first)
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) || bytes == [0, 0, 0xFE, 0xFF] {
            return bytes.count == 4 && bytes.count(where: { $0 == 0 }) >= 2 ? "UTF-32" : "UTF-16"
        }
        guard bytes.count == 4, bytes.contains(where: { $0 != 0 }) else { return nil }
        switch bytes.map({ $0 == 0 }) {
        case [true, true, true, false], [false, true, true, true]: return "UTF-32"
        case [true, false, true, false], [false, true, false, true]: return "UTF-16"
        default: return nil
        }
    }
}
