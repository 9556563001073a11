/// The bytes a request asks for, both ends included, as in RFC 9110 section 14.1.
package struct ByteRange: Sendable, Equatable {
    package let first: UInt64
    /// The last byte wanted; nil means to the end.
    package let last: UInt64?

    package init(first: UInt64, last: UInt64? = nil) {
        self.first = first
        self.last = last
    }

    /// The range as libcurl takes it (CURLOPT_RANGE(3)): `0-499`, or `500-` to the end.
    var specifier: String {
        "\(first)-\(last.map(String.init) ?? "")"
    }
}
