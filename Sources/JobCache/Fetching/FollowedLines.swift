import Quantities

/// The lines of a file that others append to, truncate or replace, as `tail -F` reads them. Decides only; whoever follows
/// the file reads it.
///
/// A line is one when its newline has come. After a truncation or a replacement it begins again with the first line, and
/// with number 1.
package struct FollowedLines: Sendable {
    package struct Line: Sendable, Hashable {
        /// From 1.
        package let number: Int
        /// Nil when it is longer than `longest`.
        package let text: String?
    }

    /// Which file, whatever it is called (stat(2)).
    package struct Identity: Sendable, Hashable {
        package let device, number: UInt64

        package init(device: UInt64, number: UInt64) { (self.device, self.number) = (device, number) }
    }

    /// What to do next with a regular file.
    package enum Step: Sendable, Hashable {
        /// There is more at `position`.
        case read
        /// There is nothing more, as yet.
        case pause
        /// The file holds other lines than it did: read it again from its beginning.
        case restart
        /// Another file has its name, and this one has been read to its end: open that one.
        case reopen
    }

    /// Bytes of a line, above any that is looked for; what is longer is passed over without being kept.
    package static let longest = 4096

    /// Bytes that are compared to notice that a file was written anew and is as long as before, or longer.
    package static let remembered = 256

    /// Bytes that were taken of the file.
    package private(set) var position: UInt64 = 0
    /// The last of them, at most `remembered`: what is at `position` less their number as long as nobody has written the
    /// file anew.
    package private(set) var recent: [UInt8] = []

    private var number = 0
    private var partial: [UInt8] = []
    private var isOverlong = false

    package init() {}

    /// `size` in bytes and `identity` are those of the open file, `named` of the file that has its name now, nil when there
    /// is none. `isSame` is whether the open file still has `recent`.
    package func step(size: UInt64, isSame: Bool, identity: Identity, named: Identity?) -> Step {
        if size < position || !isSame { return .restart }
        if size > position { return .read }
        // What has no name now may get it back, or a successor; until then its writer may go on.
        return named == nil || named == identity ? .pause : .reopen
    }

    /// Takes the bytes that follow, and returns the lines that they complete.
    package mutating func take(_ bytes: [UInt8]) -> [Line] {
        position +|= UInt64(bytes.count)
        recent = (recent + bytes.suffix(Self.remembered)).suffix(Self.remembered)
        var lines: [Line] = []
        var rest = bytes[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            append(rest[..<end])
            lines.append(endLine())
            rest = rest[(end + 1)...]
        }
        append(rest)
        return lines
    }

    /// The file is read again from its beginning, or another one is. What had no newline was not written to its end.
    package mutating func restart() { self = FollowedLines() }

    /// Nobody can append any more: what is left is a line too.
    package mutating func end() -> Line? { partial.isEmpty && !isOverlong ? nil : endLine() }

    /// The lines of a text that nobody appends to any more.
    package static func all(of bytes: [UInt8]) -> [Line] {
        var lines = FollowedLines()
        let complete = lines.take(bytes)
        return complete + [lines.end()].compactMap { $0 }
    }

    private mutating func append(_ bytes: ArraySlice<UInt8>) {
        guard !isOverlong, partial.count + bytes.count <= Self.longest else {
            isOverlong = true
            partial = []
            return
        }
        partial += bytes
    }

    private mutating func endLine() -> Line {
        number += 1
        defer { (partial, isOverlong) = ([], false) }
        // A file may begin with a byte order mark, which is no part of its first line.
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let text = number == 1 && partial.starts(with: mark) ? partial.dropFirst(mark.count) : partial[...]
        return Line(number: number, text: isOverlong ? nil : String(decoding: text, as: UTF8.self))
    }
}
