import Synchronization
import SystemPackage

/// Tells whoever keeps descriptors open for later that there are none left.
final class DescriptorShortage: Sendable {
    private let observer = Mutex<(@Sendable () -> Void)?>(nil)

    /// One observer, which is called on the thread that has none.
    func observe(_ observer: @escaping @Sendable () -> Void) { self.observer.withLock { $0 = observer } }

    func report() { observer.withLock { $0 }?() }
}

extension Errno {
    /// The process, or the system, has as many files open as it may (EMFILE, ENFILE).
    package var isOutOfDescriptors: Bool { self == .tooManyOpenFiles || self == .tooManyOpenFilesInSystem }
}

/// How many descriptors a store may take for what it does at once.
package struct StoreDescriptors: Sendable, Hashable {
    /// Things that are fetched at a time, by this process; each has a lock and a file.
    package var fetches: Int
    /// Pieces of work on the disk at a time; each opens a file or two. With 0 it is done at once, on the thread of whoever wants it:
    /// where time stands still meanwhile.
    package var diskWork: Int
    /// Readers of the index at a time; each has two files.
    package var indexReaders: Int

    package static let standard = StoreDescriptors(fetches: 1024, diskWork: 8, indexReaders: 8)

    package init(fetches: Int, diskWork: Int, indexReaders: Int) {
        self.fetches = fetches
        self.diskWork = diskWork
        self.indexReaders = indexReaders
    }
}
