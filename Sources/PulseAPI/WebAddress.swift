import Quantities

/// An http or https URL as documents have it, which is not always how a URL may be sent.
package enum WebAddress {
    /// The URL with everything percent-encoded that does not belong into one, such as a space, `ü`, or a percent sign that
    /// begins no code (RFC 3986, section 2); what does belong stays as it stands. Nil for what cannot be asked: another scheme,
    /// no host or one with such bytes in it, a user name, a port that is none.
    package static func encoded(_ text: String) -> String? {
        guard let slashes = text.firstRange(of: "://") else { return nil }
        let authority = text[slashes.upperBound...].prefix { !"/?#".contains($0) }
        guard authority.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && !"%\\".utf8.contains($0) }) else { return nil }
        let url = text[..<authority.endIndex] + encodedPath(text[authority.endIndex...])
        return URLParts(String(url)) == nil ? nil : String(url)
    }

    /// The same for what follows the host: path, query and fragment.
    package static func encodedPath(_ text: some StringProtocol) -> String {
        let bytes = Array(text.utf8)
        var encoded = ""
        for (place, byte) in bytes.enumerated() {
            let code = bytes[(place + 1)...].prefix(2)
            let isCode = code.count == 2 && code.allSatisfy { HexadecimalDigit.value($0) != nil }
            if byte == UInt8(ascii: "%") ? isCode : belongs(byte) {
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                encoded += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return encoded
    }

    /// RFC 3986, section 2, without the percent sign.
    private static func belongs(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: "-._~:/?#[]@!$&'()*+,;=".utf8.contains(byte)
        }
    }
}
