import Transfer

/// What an answer says of the version of a file that it carries (RFC 9110, section 8.8): what two answers are compared by.
package struct Validators: Sendable, Hashable {
    /// ETag, as it came.
    package let entityTag: String?
    /// Last-Modified, as it came: a second is the finest that it tells.
    package let lastModified: String?
    /// Bytes of the whole file.
    package private(set) var size: UInt64?
    /// What to send as If-Range, so that a part of another version is not sent (section 13.1.5); nil where nothing will do.
    package let condition: String?

    package enum Comparison: Sendable, Hashable {
        case same
        case different
        /// Nothing that both say tells.
        case unknown
    }

    package init(entityTag: String? = nil, lastModified: String? = nil, size: UInt64? = nil, date: String? = nil) {
        self.entityTag = entityTag
        self.lastModified = lastModified
        self.size = size
        let isDateStrong = lastModified.flatMap(HTTPDate.seconds).flatMap { modified in
            // What changed in the second in which it was sent may have changed after it too (section 8.8.2.2).
            date.flatMap(HTTPDate.seconds).map { $0 > modified }
        }
        condition = Self.strong(entityTag) ?? (isDateStrong == true ? lastModified : nil)
    }

    /// The same of a file of which nobody knows any more how large it is.
    package var withoutSize: Validators {
        var validators = self
        validators.size = nil
        return validators
    }

    init(_ head: ResponseHead, size: UInt64?) {
        self.init(
            entityTag: head.fields["etag"], lastModified: head.fields["last-modified"], size: size,
            date: head.fields["date"])
    }

    /// The ETag is that of these bytes and no others.
    package var isStrong: Bool { Self.strong(entityTag) != nil }

    /// Another answer of the same version can be told from one of another.
    package var isComparable: Bool { Self.strong(entityTag) != nil || lastModified != nil }

    package func compared(with other: Validators) -> Comparison {
        if let size, let theirs = other.size, size != theirs { return .different }
        if let entityTag, let theirs = other.entityTag {
            if Self.opaque(entityTag) != Self.opaque(theirs) { return .different }
            // A weak one is that of all versions that mean the same, whatever their bytes.
            if Self.strong(entityTag) != nil, Self.strong(theirs) != nil { return .same }
        }
        if let lastModified, let theirs = other.lastModified { return lastModified == theirs ? .same : .different }
        return .unknown
    }

    private static func strong(_ tag: String?) -> String? { tag.flatMap { $0.hasPrefix("\"") ? $0 : nil } }

    private static func opaque(_ tag: String) -> Substring { tag.hasPrefix("W/") ? tag.dropFirst(2) : tag[...] }
}
