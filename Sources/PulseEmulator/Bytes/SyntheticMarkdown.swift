/// A markdown text of any size that depends only on its size, for tests and benchmarks.
///
/// It is a row of numbered sections of exactly 1024 decoded bytes, which all take the same number of
/// bytes as a JSON string: any range of the JSON text can be computed alone. Sections hold what makes
/// decoders err: quotes, backslashes, tabs, two- to four-byte characters, both raw and as `\u`
/// escapes, with surrogate pairs. What is left after the last whole section is filled with `=`.
public struct SyntheticMarkdown: Sendable {
    /// Length in bytes of the decoded markdown.
    public let size: Int

    private let sections: Int
    private let tail: Int

    static let sectionSize = 1024

    public init(size: Int) {
        self.size = max(0, size)
        self.sections = self.size / Self.sectionSize
        self.tail = self.size % Self.sectionSize
    }

    /// Length in bytes inside a JSON string, without the quotes around it.
    public var encodedSize: Int {
        sections * Self.encodedTemplate.count + tail
    }

    /// The decoded bytes of a range, which is clamped to the text.
    public func decodedBytes(in range: Range<Int>) -> [UInt8] {
        slice(range.clamped(to: 0..<size), of: Self.decodedTemplate)
    }

    /// The bytes inside the JSON string for a range, which is clamped to the text.
    public func encodedBytes(in range: Range<Int>) -> [UInt8] {
        slice(range.clamped(to: 0..<encodedSize), of: Self.encodedTemplate)
    }

    private func slice(_ range: Range<Int>, of template: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(range.count)
        var offset = range.lowerBound
        while offset < range.upperBound {
            let section = offset / template.count
            guard section < sections else {
                result += [UInt8](repeating: UInt8(ascii: "="), count: range.upperBound - offset)
                break
            }
            let start = section * template.count
            let end = min(range.upperBound, start + template.count)
            result += Self.numbered(template, section)[(offset - start)..<(end - start)]
            offset = end
        }
        return result
    }

    /// The section with its number written over the ten zeros after `## Section `.
    private static func numbered(_ template: [UInt8], _ number: Int) -> [UInt8] {
        var bytes = template
        var rest = number
        for position in stride(from: 20, through: 11, by: -1) {
            bytes[position] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
        return bytes
    }

    private static let heading = "## Section 0000000000"

    /// Pairs of decoded text and the JSON spelling used for it.
    private static let parts: [(decoded: String, encoded: String)] = [
        ("\n\n", #"\n\n"#),
        (
            "The board noted \"cost of revenue\" under C:\\ledger\\2024",
            #"The board noted \"cost of revenue\" under C:\\ledger\\2024"#
        ),
        ("\tand Zürich, Kraków, 東京", #"\tand Z\u00fcrich, Kraków, \u6771京"#),
        (" rose 4 % to 12,480 € 📈📊.", #" rose 4 % to 12,480 \u20ac 📈\ud83d\udcca."#),
        (
            "\n\n| Item | Q1 | Q2 |\n|---|---:|---:|\n| Freight | 1,204 | 1,377 |\n",
            #"\n\n| Item | Q1 | Q2 |\n|---|---:|---:|\n| Freight | 1,204 | 1,377 |\n"#
        ),
        ("\nSee <https://example.com/a?b=1&c=2>.", #"\nSee <https:\/\/example.com\/a?b=1&c=2>."#),
    ]

    private static let padding: Int = {
        let used = parts.reduce(heading.utf8.count + 1) { $0 + $1.decoded.utf8.count }
        return sectionSize - used
    }()

    private static let decodedTemplate: [UInt8] = {
        let text = heading + parts.map(\.decoded).joined()
        return Array(text.utf8) + [UInt8](repeating: UInt8(ascii: "."), count: padding) + [0x0A]
    }()

    private static let encodedTemplate: [UInt8] = {
        let text = heading + parts.map(\.encoded).joined()
        return Array(text.utf8) + [UInt8](repeating: UInt8(ascii: "."), count: padding)
            + Array(#"\n"#.utf8)
    }()
}
