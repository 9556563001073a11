/// Bytes in memory.
package struct MemoryByteSource: ByteSource {
    private let bytes: [UInt8]

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    package init(_ text: String) {
        self.init(Array(text.utf8))
    }

    package func read(at offset: UInt64, into destination: inout MutableSpan<UInt8>) throws(ByteSourceError) -> Int {
        guard let start = Int(exactly: offset), start < bytes.count else { return 0 }
        let count = min(destination.count, bytes.count - start)
        for index in 0..<count {
            destination[index] = bytes[start + index]
        }
        return count
    }
}
