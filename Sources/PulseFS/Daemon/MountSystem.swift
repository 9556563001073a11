import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What mounting takes of the system, and where it is.
struct MountSystem: Sendable {
    /// The effective user.
    var user: UInt32 = geteuid()
    var device: FilePath = "/dev/fuse"
    /// fuse.conf(5).
    var configuration: FilePath = "/etc/fuse.conf"
    /// Directories with programs.
    var searchPath =
        (getenv("PATH").map { String(cString: $0) } ?? "").split(separator: ":").map { FilePath(String($0)) }
        + ["/usr/local/bin", "/usr/bin", "/bin"]

    enum Device: Sendable, Hashable { case usable, missing, denied }
    enum Helper: Sendable, Hashable { case usable, missing, notPrivileged(FilePath) }

    var deviceState: Device {
        guard device.withPlatformString({ access($0, F_OK) }) == 0 else { return .missing }
        return Self.mayUse(device, R_OK | W_OK) ? .usable : .denied
    }

    /// Whether the effective user may (faccessat(2)).
    static func mayUse(_ path: FilePath, _ access: Int32) -> Bool {
        path.withPlatformString { faccessat(AT_FDCWD, $0, access, AT_EACCESS) } == 0
    }

    var helperState: Helper {
        guard let program = Fusermount.find(in: searchPath) else { return .missing }
        return program.mayMount ? .usable : .notPrivileged(program.path)
    }

    /// Whether those who are not root may let others look at their mounts.
    var allowsOthers: Bool { FuseRules(SmallFile.text(configuration) ?? "").allowsOthers }
}
