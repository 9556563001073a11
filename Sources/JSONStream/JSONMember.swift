/// One member of an object: where its key and its value are, from the first byte to the last, quotes included.
package struct JSONMember: Sendable, Equatable {
    /// The decoded key, or nil when it is longer than `nameLimit`, and so no key that the product knows.
    package let name: String?
    package let key: Range<UInt64>
    package let value: Range<UInt64>

    /// In bytes of UTF-8.
    package static let nameLimit = 1024

    package init(name: String?, key: Range<UInt64>, value: Range<UInt64>) {
        self.name = name
        self.key = key
        self.value = value
    }
}
