/// The decoded beginning of a string or number token, as much of it as the handler asked for.
package struct JSONText {
    /// UTF-8, at most as many bytes as the handler's limit.
    package private(set) var bytes: [UInt8] = []
    /// Whether this is the whole token; never, when nothing was asked for.
    package private(set) var isComplete = false
    private var limit = 0

    /// Nothing yet.
    init() {}

    /// The bytes of `range` as they stand, at most `limit` of them. `name` is what they are, for the error when the source ends
    /// before them.
    package init(
        of range: Range<UInt64>, in source: any ByteSource, limit: Int, named name: String
    ) throws(JSONError) {
        // One byte more, so that the text knows that it is cut.
        let size = min(range.count, limit + 1)
        var window = ByteWindow(source, range: range, chunkSize: size)
        guard try window.fill(size) else { throw window.unexpectedEnd(in: name) }
        begin(limit: limit)
        append(window.buffer[window.position..<window.end])
    }

    /// Whether anything is to be kept.
    var isWanted: Bool { limit > 0 }

    /// The token as a string, or nil when it is longer than what was kept.
    package var complete: String? {
        isComplete ? String(decoding: bytes, as: UTF8.self) : nil
    }

    /// The token as a string, cut at a scalar when it is longer than what was kept.
    package var prefix: String {
        if isComplete { return String(decoding: bytes, as: UTF8.self) }
        var count = bytes.count
        // At most three bytes of a sequence can be left without their last one.
        if let lead = bytes.suffix(4).lastIndex(where: { !UTF8Sequence.isContinuation($0) }) {
            let length = bytes[lead] < 0x80 ? 1 : UTF8Sequence.announcedLength(bytes[lead])
            if lead + length > count { count = lead }
        }
        return String(decoding: bytes[..<count], as: UTF8.self)
    }

    mutating func begin(limit: Int) {
        if !bytes.isEmpty { bytes.removeAll(keepingCapacity: true) }
        isComplete = limit > 0
        self.limit = limit
    }

    mutating func append(_ run: ArraySlice<UInt8>) {
        let room = limit - bytes.count
        if run.count <= room {
            bytes.append(contentsOf: run)
        } else {
            isComplete = false
            bytes.append(contentsOf: run.prefix(room))
        }
    }

    mutating func append(_ scalar: Unicode.Scalar) {
        for unit in scalar.utf8 {
            guard bytes.count < limit else {
                isComplete = false
                return
            }
            bytes.append(unit)
        }
    }
}
