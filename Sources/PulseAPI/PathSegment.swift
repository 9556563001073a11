/// One segment of a URL's path, percent-encoded (RFC 3986, section 3.3).
package struct PathSegment: Hashable, Sendable {
    package let encoded: String

    /// Encodes a name.
    package init(encoding name: String) {
        var text = ""
        for byte in name.utf8 {
            if Self.isUnreserved(byte) {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                text += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        encoded = text
    }

    /// Takes a segment as a URL has it; what does not belong into one is encoded.
    package init(asWritten segment: some StringProtocol) {
        var text = ""
        for byte in segment.utf8 {
            if Self.isUnreserved(byte) || byte == UInt8(ascii: "%") || "!$&'()*+,;=:@".utf8.contains(byte) {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                text += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        encoded = text
    }

    /// The bytes the segment stands for; a percent sign without two digits stands for itself.
    package var decoded: [UInt8] {
        var bytes: [UInt8] = []
        var rest = Array(encoded.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(2)
            if byte == UInt8(ascii: "%"), digits.count == 2,
                digits.allSatisfy({ Unicode.Scalar($0).properties.isASCIIHexDigit }),
                let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return bytes
    }

    /// Whether someone on the way to the file, who decodes once more or takes a backslash for a slash, could come to another
    /// place than one below this segment's: it is `.` or `..`, or has such a step in it, however often that is encoded.
    package var climbs: Bool {
        var segment = self
        for _ in 0..<Self.mostCodings {
            let bytes = segment.decoded
            let parts = bytes.split(omittingEmptySubsequences: false) { "/\\".utf8.contains($0) }
            // An empty part begins anew at the root, for some.
            if parts.contains(where: { $0.isEmpty || $0.elementsEqual(".".utf8) || $0.elementsEqual("..".utf8) }) {
                return true
            }
            let next = PathSegment(asWritten: String(decoding: bytes, as: UTF8.self))
            if next == segment { return false }
            segment = next
        }
        return true
    }

    /// More often than this nobody encodes a name.
    private static let mostCodings = 8

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: "-._~".utf8.contains(byte)
        }
    }
}
