import Quantities

/// Streams some members of an object as an object of its own: one member a line, each key and value byte for byte
/// as it came, so that numbers, escapes and unknown fields survive. Memory: one chunk.
package struct ObjectRewriter {
    private let source: any ByteSource
    private let chunkSize: Int
    /// What is left to write, the next part last.
    private var parts: [Part]

    private enum Part {
        case text(String)
        case bytes(Range<UInt64>)
    }

    /// - Parameter members: in the order in which they are written, usually those of `JobAnswer` without `result`.
    package init(
        _ source: any ByteSource, members: some Sequence<JSONMember>,
        chunkSize: Int = JSONStringDecoder.defaultChunkSize
    ) {
        self.source = source
        self.chunkSize = max(chunkSize, 1)
        var parts: [Part] = []
        for member in members {
            parts.append(.text(parts.isEmpty ? "{\n  " : ",\n  "))
            parts += [.bytes(member.key), .text(": "), .bytes(member.value)]
        }
        parts.append(.text(parts.isEmpty ? "{}\n" : "\n}\n"))
        self.parts = parts.reversed()
    }

    /// Replaces the content of `chunk` with the next bytes of the new object, at least one; false, and an empty
    /// chunk, when nothing is left.
    ///
    /// - Throws: `JSONError` when the source ends before a member does, or cannot be read.
    package mutating func next(into chunk: inout [UInt8]) throws(JSONError) -> Bool {
        chunk.removeAll(keepingCapacity: true)
        while chunk.count < chunkSize, let part = parts.popLast() {
            switch part {
            case .text(let text):
                chunk.append(contentsOf: text.utf8)
            case .bytes(let range):
                let count = Int(min(UInt64(range.count), UInt64(chunkSize - chunk.count)))
                let split = range.lowerBound +| UInt64(count)
                if split < range.upperBound { parts.append(.bytes(split..<range.upperBound)) }
                try copy(range.lowerBound..<split, to: &chunk)
            }
        }
        return !chunk.isEmpty
    }

    private func copy(_ range: Range<UInt64>, to chunk: inout [UInt8]) throws(JSONError) {
        var window = ByteWindow(source, range: range, chunkSize: range.count)
        guard try window.fill(range.count) else { throw window.unexpectedEnd(in: "a member of it") }
        chunk.append(contentsOf: window.buffer[window.position..<window.end])
    }
}
