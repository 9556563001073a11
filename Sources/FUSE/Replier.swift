import CFuse
import Quantities
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The replies of the protocol, for one request. Each consumes libfuse's request: call one, once.
struct Replier {
    private let handle: fuse_req_t

    init(_ handle: fuse_req_t) { self.handle = handle }

    func fail(_ error: Errno) { fuse_reply_err(handle, error.rawValue) }

    func done() { fuse_reply_err(handle, 0) }

    func nothing() { fuse_reply_none(handle) }

    /// False when the kernel no longer waits, so that it holds no reference to the entry.
    func entry(_ reply: LookupReply) -> Bool {
        var parameters = fuse_entry_param()
        switch reply {
        case .found(let entry): parameters = entry.parameters
        case .absent(let lifetime): parameters.entry_timeout = lifetime.seconds
        }
        return fuse_reply_entry(handle, &parameters) == 0
    }

    func attributes(_ reply: AttributeReply) {
        var status = reply.attributes.status
        fuse_reply_attr(handle, &status, reply.lifetime.seconds)
    }

    func poll(_ events: PollEvents) { fuse_reply_poll(handle, events.rawValue) }

    /// A value of an extended attribute, or the names of all. `room` is what the caller has for it in bytes; none asks for the
    /// size alone.
    func attribute(_ bytes: [UInt8], room: Int) {
        if bytes.count > AttributeList.longest {
            fail(.argListTooLong)
        } else if room == 0 {
            fuse_reply_xattr(handle, bytes.count)
        } else if bytes.count > room {
            fail(.outOfRange)
        } else {
            bytes.withUnsafeBytes {
                _ = fuse_reply_buf(handle, $0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count)
            }
        }
    }

    func statistics(_ statistics: FileSystemStatistics) {
        let block: UInt64 = 4096
        var reply = statvfs()
        reply.f_bsize = UInt(block)
        reply.f_frsize = UInt(block)
        reply.f_blocks = UInt(statistics.capacity / block)
        reply.f_bfree = UInt(statistics.available / block)
        reply.f_bavail = reply.f_bfree
        reply.f_files = UInt(statistics.files)
        reply.f_namemax = 255
        fuse_reply_statfs(handle, &reply)
    }

    func open(_ info: UnsafeMutablePointer<fuse_file_info>) {
        pulse_fuse_keep_cache(info)
        fuse_reply_open(handle, info)
    }

    /// Returns what is to be replied instead, where the bytes are not what they should be; nil when it has replied.
    func read(_ reply: ReadReply, buffers: ReadBuffers) -> (@Sendable () async throws(Errno) -> ReadReply)? {
        switch reply {
        case .bytes(let bytes):
            bytes.withUnsafeBytes {
                _ = fuse_reply_buf(handle, $0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count)
            }
        case .file(let file, let offset, let count): read(file, offset, count, buffers) { _ in true }
        case .checked(let file, let offset, let count, let otherwise):
            let isIntact = read(file, offset, count, buffers) { file.isIntact($0, at: offset) }
            if !isIntact { return otherwise }
        }
        return nil
    }

    /// Replies with bytes of a file if `isIntact` says so of them, or with an error; false when it has not replied.
    @discardableResult
    private func read(
        _ file: any OpenFile, _ offset: UInt64, _ count: Int, _ buffers: ReadBuffers,
        _ isIntact: (UnsafeRawBufferPointer) -> Bool
    ) -> Bool {
        var hasReplied = true
        buffers.withBuffer(count) { buffer in
            do {
                var filled = 0
                while filled < count {
                    let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled..<count])
                    let got = try file.descriptor.read(
                        fromAbsoluteOffset: Int64(clamping: offset) +| Int64(filled), into: rest)
                    // The file is shorter than its facts say: zeros in its place would be a lie.
                    guard got > 0 else { throw Errno.ioError }
                    filled += got
                }
                guard isIntact(UnsafeRawBufferPointer(rebasing: buffer[..<count])) else {
                    hasReplied = false
                    return
                }
                fuse_reply_buf(handle, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), count)
            } catch {
                fail(error as? Errno ?? .ioError)
            }
        }
        return hasReplied
    }

    /// Returns the number of references the kernel got with the entries.
    func directory(_ page: DirectoryPage) -> Int {
        let sent = page.bytes.withUnsafeBytes {
            fuse_reply_buf(handle, $0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count)
        }
        return sent == 0 ? page.references : 0
    }
}

extension Entry {
    var parameters: fuse_entry_param {
        var parameters = fuse_entry_param()
        parameters.ino = attributes.node.rawValue
        parameters.attr = attributes.status
        parameters.attr_timeout = attributesLifetime.seconds
        parameters.entry_timeout = nameLifetime.seconds
        return parameters
    }
}

extension FileAttributes {
    var status: stat {
        var status = stat()
        status.st_ino = UInt(inode.rawValue)
        status.st_mode = kind.mode | UInt32(permissions)
        status.st_nlink = kind == .directory ? 2 : 1
        status.st_uid = owner
        status.st_gid = group
        status.st_size = Int(clamping: size)
        status.st_blocks = Int(clamping: (allocatedSize +| 511) / 512)
        status.st_blksize = 131_072
        status.st_mtim = modified.specification
        status.st_ctim = changed.specification
        status.st_atim = modified.specification
        return status
    }
}

extension NodeKind {
    var mode: UInt32 { self == .directory ? S_IFDIR : S_IFREG }
}

extension FileTime {
    fileprivate var specification: timespec { timespec(tv_sec: Int(seconds), tv_nsec: Int(nanoseconds)) }
}
