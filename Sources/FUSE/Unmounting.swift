package import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Ends mounts, by umount2(2) where that is allowed and through fusermount3(1) where it is not.
package enum Unmounting {
    /// What became of a mount.
    package enum Ending: Sendable {
        case unmounted
        /// It is out of the tree, and ends with its last user.
        case detached
    }

    /// Unmounts; a mount in use is detached when `lazily` is set.
    ///
    /// Throws EBUSY for a mount in use when not lazy, EINVAL when nothing is mounted there, EPERM when it is not the caller's.
    @discardableResult
    package static func unmount(_ mountpoint: FilePath, lazily: Bool = true) throws(Errno) -> Ending {
        do throws(Errno) {
            try unmount(mountpoint, detaching: false)
            return .unmounted
        } catch .resourceBusy where lazily {
            try unmount(mountpoint, detaching: true)
            return .detached
        }
    }

    private static func unmount(_ mountpoint: FilePath, detaching: Bool) throws(Errno) {
        do throws(Errno) {
            try system(mountpoint, flags: detaching ? Int32(MNT_DETACH) : 0)
        } catch .notPermitted {
            try helper(mountpoint, lazily: detaching)
        }
    }

    private static func system(_ mountpoint: FilePath, flags: Int32) throws(Errno) {
        guard mountpoint.withPlatformString({ umount2($0, flags | Int32(UMOUNT_NOFOLLOW)) }) == 0 else {
            throw Errno(rawValue: errno)
        }
    }

    /// fusermount3 is setuid: it unmounts what its caller mounted.
    private static func helper(_ mountpoint: FilePath, lazily: Bool) throws(Errno) {
        var child = pid_t()
        let words = ["fusermount3", "-u", "-q"] + (lazily ? ["-z"] : []) + ["--", mountpoint.string]
        var pointers: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        let failed = posix_spawnp(&child, "fusermount3", nil, nil, &pointers, environ)
        guard failed == 0 else { throw Errno(rawValue: failed) }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0 {
            guard errno == EINTR else { throw Errno(rawValue: errno) }
        }
        guard status == 0 else { throw lazily ? .notPermitted : .resourceBusy }
    }

    /// Ends the kernel's connection of a mount; every request of it fails from then on
    /// (Documentation/filesystems/fuse.rst, "Aborting a filesystem connection"). Does nothing where fusectl is not mounted.
    static func abort(_ mountpoint: FilePath) {
        guard let mount = MountTable.current().last(where: { $0.mountpoint == mountpoint }) else { return }
        abort(mount)
    }

    /// The same for a mount that may be out of the tree by now.
    package static func abort(_ mount: MountTableEntry) {
        let path = FilePath("/sys/fs/fuse/connections/\(mount.minorDevice)/abort")
        guard let file = try? FileDescriptor.open(path, .writeOnly) else { return }
        defer { try? file.close() }
        _ = try? file.writeAll("1".utf8)
    }
}
