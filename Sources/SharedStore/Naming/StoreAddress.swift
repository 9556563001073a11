/// Where a store is in its engine: `s3://bucket/prefix`.
package struct StoreAddress: Sendable, Hashable, CustomStringConvertible {
    /// What is wrong with an address, in words without the address.
    package struct Mistake: Error, Hashable, Sendable, CustomStringConvertible {
        package let description: String

        init(_ words: String) { description = words }
    }

    package let bucket: String
    /// Without a slash at either end; empty for the whole bucket.
    package let prefix: String

    private static let scheme = "s3://"
    private static let longestPrefix = 512

    package init(_ text: String) throws(Mistake) {
        guard text.hasPrefix(Self.scheme) else {
            throw Mistake("is not an address of a store: write it as s3://bucket/prefix")
        }
        let parts = text.dropFirst(Self.scheme.count).split(
            separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        bucket = parts.first.map(String.init) ?? ""
        guard Self.isBucket(bucket) else {
            throw Mistake(
                "names no bucket: it is of 3 to 63 small letters, digits, dots and dashes, as in s3://bucket/prefix")
        }
        var rest = parts.count > 1 ? parts[1] : ""
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        prefix = String(rest)
        guard Self.isPrefix(prefix) else {
            throw Mistake(
                "has a prefix that cannot be one: no empty part, no . and .., no control characters, at most 512 bytes")
        }
    }

    package var description: String { prefix.isEmpty ? Self.scheme + bucket : "\(Self.scheme)\(bucket)/\(prefix)" }

    /// What stands before the keys of the store in the bucket; ends with a slash unless it is empty.
    var keyPrefix: String { prefix.isEmpty ? "" : "\(prefix)/" }

    /// As Amazon has it (https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html).
    private static func isBucket(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        guard (3...63).contains(bytes.count), let first = bytes.first, let last = bytes.last else { return false }
        let isMade = bytes.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }
        return isMade && isAlphanumeric(first) && isAlphanumeric(last) && !name.contains("..")
    }

    private static func isPrefix(_ prefix: String) -> Bool {
        guard !prefix.isEmpty else { return true }
        guard prefix.utf8.count <= longestPrefix,
            prefix.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7f })
        else { return false }
        return prefix.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
            !["", ".", ".."].contains($0)
        }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
