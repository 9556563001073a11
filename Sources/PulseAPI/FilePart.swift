import Quantities
package import Transfer

/// A part of a file that is asked for by a range (RFC 9110, section 14).
package struct FilePart: Sendable {
    package let range: ByteRange
    /// What the file was when other parts of it came (If-Range, section 13.1.5): if it is another by now, the whole of it is
    /// answered. Nil where that is not known.
    package let validator: String?

    /// All bytes from `first` on.
    package init(from first: UInt64, validator: String? = nil) {
        range = ByteRange(first: first)
        self.validator = validator
    }

    /// The bytes of `range`, which holds at least one.
    package init(_ range: Range<UInt64>, validator: String? = nil) {
        self.range = ByteRange(first: range.lowerBound, last: range.upperBound -| 1)
        self.validator = validator
    }
}

/// What the head of an answer says of the whole file.
package struct FileAnnouncement: Sendable, Hashable {
    /// In bytes; nil when it is not announced: a length of a coded body is not the file's.
    package let size: UInt64?
    /// Whether parts of it may be asked for (Accept-Ranges, RFC 9110, section 14.3); nil when nothing is said of that.
    package let servesRanges: Bool?
    /// Which version of the file this is.
    package let validators: Validators

    package init(_ head: ResponseHead) {
        let announced = head.status == 206 ? head.contentRange?.total : head.contentLength
        size = head.isCoded ? nil : announced?.bytes
        servesRanges = head.fields["accept-ranges"].map { $0.lowercased() == "bytes" }
        validators = Validators(head, size: size)
    }
}
