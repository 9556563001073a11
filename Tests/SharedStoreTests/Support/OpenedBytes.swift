import Quantities
import Synchronization
import Transfer

/// Puts pieces together where they belong.
final class OpenedBytes: Sendable {
    private let held = Mutex<[UInt8]>([])

    var bytes: [UInt8] { held.withLock { $0 } }
    func clear() { held.withLock { $0 = [] } }

    func take(_ contents: [UInt8], _ offset: ByteCount) {
        held.withLock { held in
            let first = Int(offset.bytes)
            if held.count < first + contents.count {
                held += [UInt8](repeating: 0, count: first + contents.count - held.count)
            }
            held.replaceSubrange(first..<first + contents.count, with: contents)
        }
    }
}

/// Contents in memory, given in pieces as small as a slow disk would.
final class BytesSource: BodySource {
    private let bytes: [UInt8]
    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var length: ByteCount { ByteCount(UInt64(bytes.count)) }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: ByteCount) throws -> Int {
        let part = bytes[Int(offset.bytes)...].prefix(min(buffer.count, 50_000))
        part.withUnsafeBytes { buffer.copyMemory(from: $0) }
        return part.count
    }
}
