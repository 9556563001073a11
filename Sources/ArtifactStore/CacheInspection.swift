import System
package import SystemPackage

/// What a look at a cache directory has found. It changes nothing there: nothing is made, mended or set aside, but for one
/// small file that comes and goes.
package struct CacheInspection: Sendable {
    package enum Directory: Sendable {
        /// It will be made below the directory, which is there already.
        case absent(below: FilePath, isWritable: Bool)
        /// No mount uses it.
        case refused(StoreError)
        case usable
    }

    package var directory: Directory
    /// Parts of it that others may look into.
    package var seenByOthers: [FilePath] = []
    /// Why a file could not be made and made durable; nil when it could.
    package var writing: StoreError?
    /// Free and total bytes of the disk; nil when it does not say.
    package var freeBytes: UInt64?
    package var diskBytes: UInt64?
    package var index = IndexInspection.absent
    /// Downloads of what can be fetched only once that a process did not live to end.
    package var leftoverClaims = 0
    package var quarantine = FileTotal()
    package var sample = BlobSample()

    package init(_ directory: Directory) { self.directory = directory }

    /// Blocks on the disk; `sampling` says how much of it is read.
    package init(of path: FilePath, sampling limits: BlobSample.Limits = BlobSample.Limits()) {
        do throws(StoreError) { try CacheDirectory.checkParents(of: path) } catch {
            self.init(.refused(error))
            return
        }
        let cache = CacheDirectory(lookingAt: path)
        guard FileFacts(of: path) != nil else {
            let parent = Self.nearest(to: path)
            self.init(.absent(below: parent, isWritable: Self.isWritable(parent)))
            setSpace(of: CacheDirectory(lookingAt: parent))
            return
        }
        self.init(.usable)
        do throws(StoreError) {
            for part in [path] + cache.parts where FileFacts(of: part) != nil {
                if try CacheDirectory.isSeenByOthers(part) { seenByOthers.append(part) }
            }
        } catch {
            directory = .refused(error)
            return
        }
        writing = Self.write(in: FileFacts(of: cache.spool) == nil ? path : cache.spool)
        setSpace(of: cache)
        index = IndexInspection(of: cache.index)
        leftoverClaims = Self.leftoverClaims(in: cache.claims)
        quarantine = .of(cache.quarantine)
        sample = BlobSample(
            of: BlobShelf(root: cache.blobs, quarantine: cache.quarantine, steps: PublishingSteps()), limits)
    }

    private mutating func setSpace(of directory: CacheDirectory) {
        guard let space = directory.space() else { return }
        (freeBytes, diskBytes) = (space.free, space.total)
    }

    /// The directory on the way to `path` that is there.
    private static func nearest(to path: FilePath) -> FilePath {
        var path = path
        while FileFacts(of: path) == nil, !path.components.isEmpty { path.removeLastComponent() }
        return path
    }

    private static func isWritable(_ path: FilePath) -> Bool {
        path.isUsable(for: [.writing, .running])
    }

    /// As a download begins: a file that is locked, so that nobody sweeps it up, written and made durable. It is gone
    /// afterwards.
    private static func write(in directory: FilePath) -> StoreError? {
        var generator = SystemRandomNumberGenerator()
        let path = directory.appending("doctor-\(String(generator.next(), radix: 36))")
        do throws(StoreError) {
            try StoreError.system("write in \(directory)") {
                let file = try CacheFile.open(path, .readWrite, options: [.create, .exclusiveCreate])
                defer { path.unlink() }
                try file.closeAfter {
                    _ = file.lockExclusively()
                    _ = try file.writeAll(toAbsoluteOffset: 0, [UInt8](repeating: 0x50, count: 4096))
                    try file.synchronize()
                }
            }
            return nil
        } catch {
            return error
        }
    }

    private static func leftoverClaims(in directory: FilePath) -> Int {
        DirectoryListing.names(in: directory).count { name in
            guard !name.hasPrefix("fetch-"), name.contains("-"),
                let file = try? CacheFile.open(directory.appending(name), .readOnly)
            else { return false }
            defer { try? file.close() }
            // One that is being filled is locked by whoever does so.
            return FileFacts(of: file).map { $0.size > 0 } == true && file.lockShared()
        }
    }
}
