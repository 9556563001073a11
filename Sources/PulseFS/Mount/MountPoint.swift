import FUSE
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Where a mount goes: checked before, explained after.
enum MountPoint {
    static func check(_ path: FilePath) throws(MountFailure) {
        if MountTable.current().contains(where: { $0.mountpoint == path.string && $0.type.hasPrefix("fuse") }) {
            throw MountFailure("\(path) is mounted already: unmount it first with: pulsefs unmount \(path)")
        }
        var facts = stat()
        guard path.withPlatformString({ stat($0, &facts) }) == 0 else {
            let cause = Errno(rawValue: errno)
            if cause == .noSuchFileOrDirectory {
                throw MountFailure("\(path) does not exist: make it with: mkdir -p \(path)")
            }
            throw MountFailure("cannot look at \(path): \(cause)")
        }
        guard facts.st_mode & S_IFMT == S_IFDIR else {
            throw MountFailure("\(path) is not a directory: name one to mount on")
        }
        guard isEmpty(path) else { throw MountFailure("\(path) is not empty: mount on an empty directory") }
    }

    private static func isEmpty(_ path: FilePath) -> Bool {
        guard let stream = path.withPlatformString({ opendir($0) }) else { return true }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { return false }
        }
        return true
    }

    static func explain(_ error: MountError, _ configuration: MountConfiguration) -> MountFailure {
        if access("/dev/fuse", F_OK) != 0 {
            return MountFailure("there is no /dev/fuse: load the kernel module with: modprobe fuse")
        }
        if error.message.contains("allow_other") {
            return MountFailure("--allow-other needs the line user_allow_other in /etc/fuse.conf")
        }
        if getuid() != 0, error.message.contains("fusermount3"), error.message.contains("No such file") {
            return MountFailure("fusermount3 is missing: install it with: apt install fuse3")
        }
        return MountFailure("cannot mount on \(configuration.mountpoint): \(error)")
    }
}
