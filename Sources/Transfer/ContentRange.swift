package import Quantities

/// The bytes a 206 answer carries, both ends included, as in RFC 9110 section 14.4.
package struct ContentRange: Sendable, Equatable {
    package let first: ByteCount
    package let last: ByteCount
    /// The size of the whole resource; nil when the server does not say.
    package let total: ByteCount?

    package init(first: ByteCount, last: ByteCount, total: ByteCount?) {
        self.first = first
        self.last = last
        self.total = total
    }

    /// How many these are.
    package var count: ByteCount { last - first + 1 }

    /// Parses `bytes 0-499/1234` and `bytes 0-499/*`; nil for anything else, and for what lies beyond any file.
    init?(_ value: String) {
        let words = value.split(separator: " ")
        guard words.count == 2, words[0].lowercased() == "bytes" else { return nil }
        let parts = words[1].split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        let ends = parts[0].split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, let first = ByteCount(digits: ends[0]), let last = ByteCount(digits: ends[1]),
            first <= last,
            last < .max
        else { return nil }
        if parts[1] == "*" {
            self.init(first: first, last: last, total: nil)
        } else if let total = ByteCount(digits: parts[1]), last < total {
            self.init(first: first, last: last, total: total)
        } else {
            return nil
        }
    }
}
