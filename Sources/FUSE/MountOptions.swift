package import SystemPackage

/// How a file system is mounted (mount.fuse3(8)). The mount is always read-only, with the kernel checking permissions.
package struct MountOptions: Sendable {
    package var mountpoint: FilePath
    /// Shown as the source in /proc/mounts. A colon makes tools treat the mount as remote. Commas are replaced.
    package var source: String
    /// Makes the type `fuse.<subtype>`.
    package var subtype: String
    /// Other users may look too; an unprivileged mount needs `user_allow_other` in /etc/fuse.conf.
    package var allowOther = false
    /// Threads that take requests. They never wait for the network, so a few serve any number of readers.
    package var threads = 8
    /// Bytes of the largest single read.
    package var maximumRead = 1 << 20
    /// How far the kernel is to read ahead of a sequential reader, where the mounting user may ask for more than 128 KiB; bytes.
    /// It begins with 32 KiB and doubles that up to here. From 1 MiB on it would multiply by four, and whoever reads the
    /// beginning of a file over a long way would wait for more than it wants.
    package var readahead = 512 << 10

    /// The file system is asked for extended attributes. Without it the kernel asks once and remembers that there are none.
    package var extendedAttributes = false

    package init(mountpoint: FilePath, source: String, subtype: String) {
        self.mountpoint = mountpoint
        self.source = source
        self.subtype = subtype
    }

    /// libfuse's `-o` text.
    var text: String {
        let name = String(source.map { ",\\\n".contains($0) ? "_" : $0 })
        var options = ["ro", "nosuid", "nodev", "default_permissions", "fsname=\(name)", "subtype=\(subtype)"]
        options.append("max_read=\(maximumRead)")
        if allowOther { options.append("allow_other") }
        return options.joined(separator: ",")
    }
}

/// A mount that could not be made.
package struct MountError: Error, Sendable, CustomStringConvertible {
    package enum Code: Sendable {
        /// libfuse refused the session or its options.
        case session
        /// The kernel or fusermount3 refused the mount.
        case mount
    }

    package let code: Code
    /// What libfuse said, or what is known without it.
    package let message: String
    /// errno as the call left it, when it set one.
    package let cause: Errno?

    package var description: String { message }
}
