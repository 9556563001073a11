/// The bytes a 206 answer carries, both ends included, as in RFC 9110 section 14.4.
package struct ContentRange: Sendable, Equatable {
    package let first: UInt64
    package let last: UInt64
    /// The size of the whole resource; nil when the server does not say.
    package let total: UInt64?

    package init(first: UInt64, last: UInt64, total: UInt64?) {
        self.first = first
        self.last = last
        self.total = total
    }

    /// Parses `bytes 0-499/1234` and `bytes 0-499/*`; nil for anything else.
    init?(_ value: String) {
        let words = value.split(separator: " ")
        guard words.count == 2, words[0].lowercased() == "bytes" else { return nil }
        let parts = words[1].split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        let ends = parts[0].split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, let first = UInt64(digits: ends[0]), let last = UInt64(digits: ends[1]), first <= last
        else { return nil }
        if parts[1] == "*" {
            self.init(first: first, last: last, total: nil)
        } else if let total = UInt64(digits: parts[1]), last < total {
            self.init(first: first, last: last, total: total)
        } else {
            return nil
        }
    }
}
