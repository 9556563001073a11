import JSONStream
import PulseAPI

/// A large document that is made when it is read: a head, a unit repeated, a tail.
final class PatternSource: ByteSource {
    let head: [UInt8]
    let unit: [UInt8]
    let tail: [UInt8]
    let repeats: Int
    /// The unit repeated beyond any chunk.
    private let sheet: [UInt8]

    init(head: String, unit: String, tail: String, size: Int) {
        self.head = Array(head.utf8)
        self.unit = Array(unit.utf8)
        self.tail = Array(tail.utf8)
        repeats = size / self.unit.count
        var sheet: [UInt8] = []
        while sheet.count < 256 * 1024 { sheet += self.unit }
        self.sheet = sheet
    }

    var bodyEnd: Int { head.count + repeats * unit.count }
    var count: Int { bodyEnd + tail.count }

    func read(at offset: UInt64, into destination: inout MutableSpan<UInt8>) throws(ByteSourceError) -> Int {
        var position = Int(offset)
        var done = 0
        while done < destination.count, position < count {
            let (part, start, stop) = part(at: position)
            let size = min(stop - start, destination.count - done)
            destination.withUnsafeMutableBytes { target in
                part.withUnsafeBytes { origin in
                    UnsafeMutableRawBufferPointer(rebasing: target[done..<(done + size)])
                        .copyMemory(from: UnsafeRawBufferPointer(rebasing: origin[start..<(start + size)]))
                }
            }
            done += size
            position += size
        }
        return done
    }

    private func part(at position: Int) -> (bytes: [UInt8], start: Int, stop: Int) {
        if position < head.count { return (head, position, head.count) }
        if position >= bodyEnd { return (tail, position - bodyEnd, tail.count) }
        let start = (position - head.count) % unit.count
        return (sheet, start, min(sheet.count, start + bodyEnd - position))
    }
}
