import SystemPackage

/// How far the kernel reads ahead of a sequential reader. It takes no more than its default, 128 KiB, from the answer to INIT;
/// who may write to sysfs can have more, which takes fewer messages for the same bytes (Documentation/ABI, sysfs-class-bdi).
enum Readahead {
    /// Asks for so many bytes. Nothing happens where that is not allowed. Looks at no file of the mount.
    static func raise(of mountpoint: FilePath, to bytes: Int) {
        guard let mount = MountTable.current().last(where: { $0.mountpoint == mountpoint }),
            let file = try? FileDescriptor.open(
                "/sys/class/bdi/0:\(mount.minorDevice)/read_ahead_kb", .writeOnly, options: .closeOnExec)
        else { return }
        _ = try? file.closeAfter { try file.writeAll("\(bytes / 1024)\n".utf8) }
    }
}
