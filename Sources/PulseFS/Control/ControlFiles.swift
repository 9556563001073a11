import FUSE
import Quantities
import Synchronization

/// The content of `.pulsefs/`: made from memory when it is looked at, and the same for all reads of that look.
///
/// There is no open to tie a content to, so a lookup makes a new one and reads show the last one made: its size, which
/// the lookup told the kernel, is then the size of what is read.
package final class ControlFiles: Sendable {
    private let make: @Sendable (ControlFile) -> String
    private let made = Mutex<[ControlFile: (bytes: [UInt8], time: FileTime)]>([:])

    /// `make` must answer at once, from memory or the local disk.
    package init(_ make: @escaping @Sendable (ControlFile) -> String) {
        self.make = make
    }

    func bytes(of file: ControlFile) -> [UInt8] { content(of: file, renewing: false).bytes }

    func attributes(of file: ControlFile, _ policy: AttributePolicy, renewing: Bool) -> FileAttributes {
        let (bytes, time) = content(of: file, renewing: renewing)
        return policy.file(.controlFile(file), size: UInt64(bytes.count), modified: time)
    }

    private func content(of file: ControlFile, renewing: Bool) -> (bytes: [UInt8], time: FileTime) {
        if !renewing, let known = made.withLock({ $0[file] }) { return known }
        let fresh = (bytes: Array(make(file).utf8), time: FileTime.now)
        made.withLock { $0[file] = fresh }
        return fresh
    }
}
