package import SystemPackage

/// A published blob, open for reading. The name may go away meanwhile; the bytes stay until this is released.
package final class BlobFile: Sendable {
    package let descriptor: FileDescriptor
    /// Bytes of content; what follows in the file is the store's own.
    package let size: UInt64
    /// Bytes the file takes on the disk.
    package let allocatedSize: UInt64

    init(descriptor: FileDescriptor, size: UInt64, allocatedSize: UInt64) {
        self.descriptor = descriptor
        self.size = size
        self.allocatedSize = allocatedSize
    }

    deinit { try? descriptor.close() }
}
