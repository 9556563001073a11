/// Percent-encoding as Amazon's signatures have it: all but unreserved characters (RFC 3986, section 2.3), in capitals.
enum URIEncoding {
    /// Of a path, whose slashes stay.
    static func path(_ text: String) -> String { encoded(text, leaving: UInt8(ascii: "/")) }

    /// Of a name or a value in a query.
    static func query(_ text: String) -> String { encoded(text, leaving: nil) }

    private static func encoded(_ text: String, leaving slash: UInt8?) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if isUnreserved(byte) || byte == slash {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), HexText.capitals[Int(byte >> 4)], HexText.capitals[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Nil for what is no such encoding, or no text.
    static func decoded(_ text: String) -> String? {
        guard text.utf8.contains(UInt8(ascii: "%")) || text.utf8.contains(UInt8(ascii: "+")) else { return text }
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let code = HexText.bytes(String(decoding: rest.prefix(2), as: UTF8.self)), code.count == 1 else {
                    return nil
                }
                bytes += code
                rest = rest.dropFirst(2)
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
