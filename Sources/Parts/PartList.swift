package import JSONStream
import PulseAPI
import Quantities

/// What parts a result has, and where each stands in the file that holds them all.
///
/// One file holds all parts of a result, one after the other, and behind them this list, so that a job takes one more file of
/// the cache however many parts it has.
package struct PartList: Sendable, Equatable {
    package struct Part: Sendable, Equatable {
        /// Below the job's directory: `contents.md`, `pages/0001.md`.
        package let path: String
        package let range: Range<UInt64>

        package var size: UInt64 { range.upperBound -| range.lowerBound }
    }

    /// In the order of the file; a part's place in the list is its number.
    package private(set) var parts: [Part] = []
    /// Why a result that might have such a part has not, by the part or its directory.
    package private(set) var absences: [(path: String, reason: String)] = []
    /// By the bytes of the path.
    private var numbers: [[UInt8]: Int] = [:]
    private var directories: [String: [Int]] = [:]

    /// How many parts a result can have besides contents.md: a job has 2¹⁹ inode numbers for parts, of which contents.md has the
    /// last.
    package static let most = (1 << 19) - 1

    package init() {}

    package static func == (one: PartList, other: PartList) -> Bool {
        one.parts == other.parts
            && one.absences.elementsEqual(other.absences) { $0.path == $1.path && $0.reason == $1.reason }
    }

    /// A path that is there already is not taken twice. What is over `most` is left out, and the list says so.
    mutating func add(_ path: String, _ range: Range<UInt64>) {
        guard numbers[Array(path.utf8)] == nil else { return }
        guard parts.count < Self.most || path == PartKind.contents else {
            let place = String(path.prefix { $0 != "/" })
            if reason(place) == nil { lacks(place, "some are left out: a result can have \(Self.most) parts") }
            return
        }
        numbers[Array(path.utf8)] = parts.count
        if let slash = path.firstIndex(of: "/") { directories[String(path[..<slash]), default: []].append(parts.count) }
        parts.append(Part(path: path, range: range))
    }

    mutating func lacks(_ path: String, _ reason: String) { absences.append((path, reason)) }

    /// The number of the part at a path.
    package func number(of path: String) -> Int? { numbers[Array(path.utf8)] }

    /// The parts in a directory, by their numbers, in order.
    package func numbers(in directory: String) -> [Int] { directories[directory] ?? [] }

    package func reason(_ path: String) -> String? {
        absences.first { $0.path == path || path.hasPrefix($0.path + "/") }?.reason
    }

    // MARK: In the file

    private static let mark = "pulsefs-parts 1 "
    /// Bytes of the last line, which says where the list begins.
    private static let lineLength = UInt64(mark.utf8.count) +| 17
    private static let longestList = 64 << 20

    /// The list as it stands behind `offset` bytes of parts.
    func encoded(at offset: UInt64) -> [UInt8] {
        var text = ""
        for part in parts { text += "\(part.range.lowerBound)\t\(part.range.upperBound)\t\(part.path)\n" }
        for absence in absences { text += "-\t\(absence.path)\t\(absence.reason)\n" }
        let digits = String(offset, radix: 16)
        return Array((text + Self.mark + String(repeating: "0", count: 16 - digits.count) + digits + "\n").utf8)
    }

    /// Reads the list from a file of parts of that length; nil for any other file.
    package init?(_ source: any ByteSource, length: UInt64) {
        guard length >= Self.lineLength,
            let line = Self.bytes(source, (length -| Self.lineLength)..<length)
        else { return nil }
        let text = String(decoding: line, as: UTF8.self)
        guard text.hasPrefix(Self.mark), let start = UInt64(text.dropFirst(Self.mark.count).dropLast(), radix: 16),
            start <= length -| Self.lineLength, length -| start <= UInt64(Self.longestList),
            let list = Self.bytes(source, start..<(length -| Self.lineLength))
        else { return nil }
        for line in String(decoding: list, as: UTF8.self).split(separator: "\n") {
            let fields = line.split(separator: "\t", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { return nil }
            if fields[0] == "-" {
                lacks(String(fields[1]), String(fields[2]))
            } else if let low = UInt64(fields[0]), let high = UInt64(fields[1]), low <= high, high <= start {
                add(String(fields[2]), low..<high)
            } else {
                return nil
            }
        }
    }

    /// Nil when they cannot all be read.
    static func bytes(_ source: any ByteSource, _ range: Range<UInt64>) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: Int(clamping: range.upperBound -| range.lowerBound))
        var filled = 0
        while filled < bytes.count {
            var piece = [UInt8](repeating: 0, count: bytes.count - filled)
            var span = piece.mutableSpan
            guard let got = try? source.read(at: range.lowerBound +| UInt64(filled), into: &span), got > 0 else {
                return nil
            }
            bytes.replaceSubrange(filled..<(filled + got), with: piece[..<got])
            filled += got
        }
        return bytes
    }
}
