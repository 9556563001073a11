/// An answer that could not be used: why, and where.
package struct JSONError: Error, Equatable {
    package enum Code: Equatable, Sendable {
        /// A byte that the grammar does not allow here.
        case unexpectedByte
        /// The document, or the part of it that was asked for, ends too early: a cut download looks like this.
        case unexpectedEnd
        /// The document begins with more than one byte order mark (RFC 8259, section 8.1).
        case byteOrderMark
        /// The document is in UTF-16 or UTF-32 (RFC 8259, section 8.1).
        case otherEncoding
        /// Bytes in a string that are not UTF-8 (RFC 3629, section 4).
        case invalidUTF8
        /// A bare control character in a string (RFC 8259, section 7).
        case controlCharacter
        /// A backslash that is not followed by one of the escapes of RFC 8259, section 7.
        case invalidEscape
        /// A number without a digit where RFC 8259, section 6 demands one, or a word that is none of `NaN`,
        /// `Infinity` and `-Infinity`.
        case invalidNumber
        /// More containers within each other than the scanner allows.
        case tooDeep
        /// Something other than white space after the document.
        case trailingData
        /// Well-formed JSON that is not an object.
        case notAnObject
        /// Well-formed JSON that is not what its reader looks for.
        case unexpectedShape
        /// A string that is not a `data:` URI (RFC 2397).
        case notADataURI
        /// The body of a `data:` URI is not base64 (RFC 4648, section 4).
        case invalidBase64
        /// The bytes could not be read; the value is an `errno`. Says nothing about the document.
        case unreadable(errno: CInt)
    }

    package let code: Code
    /// Where it was noticed: bytes from the beginning of the source.
    package let offset: UInt64
    /// One sentence for people. It quotes at most one byte of the document.
    package let message: String

    @inline(never)
    package init(_ code: Code, at offset: UInt64, _ message: String) {
        self.code = code
        self.offset = offset
        self.message = message
    }
}

extension JSONError: CustomStringConvertible {
    package var description: String { "\(message) (byte \(offset))" }
}

extension JSONError {
    /// How a byte is shown in a message: itself when it is printable ASCII, else as a number.
    static func name(of byte: UInt8) -> String {
        if (0x21...0x7E).contains(byte) { return "`\(Unicode.Scalar(byte))`" }
        let digits = String(byte, radix: 16, uppercase: true)
        return "byte 0x" + (digits.count == 1 ? "0" : "") + digits
    }
}
