import Synchronization

/// A few page-aligned buffers for reads, reused, so that a read allocates nothing.
///
/// `@unchecked Sendable`: a buffer is in the pool or with exactly one caller.
final class ReadBuffers: @unchecked Sendable {
    private let size: Int
    private let kept: Int
    private let pool = Mutex<[Buffer]>([])

    private struct Buffer: @unchecked Sendable {
        let memory: UnsafeMutableRawBufferPointer
    }

    init(size: Int, kept: Int) {
        self.size = size
        self.kept = kept
    }

    deinit {
        for buffer in pool.withLock({ $0 }) { buffer.memory.deallocate() }
    }

    /// Lends a buffer of at least `count` bytes for the length of the call.
    func withBuffer(_ count: Int, _ body: (UnsafeMutableRawBufferPointer) -> Void) {
        guard count <= size else {
            let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 4096)
            defer { memory.deallocate() }
            return body(memory)
        }
        let buffer =
            pool.withLock { $0.popLast() }
            ?? Buffer(memory: UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 4096))
        body(buffer.memory)
        let surplus = pool.withLock { pool in
            guard pool.count < kept else { return true }
            pool.append(buffer)
            return false
        }
        if surplus { buffer.memory.deallocate() }
    }
}
