import System
package import SystemPackage

/// What mounting takes of the system, and where it is.
package struct MountSystem: Sendable {
    /// The effective user.
    package var user: UInt32 = ThisProcess.effectiveUser
    var device: FilePath = "/dev/fuse"
    /// fuse.conf(5).
    var configuration: FilePath = "/etc/fuse.conf"
    /// Directories with programs.
    package var searchPath =
        (ThisProcess.variable("PATH") ?? "").split(separator: ":").map { FilePath(String($0)) }
        + ["/usr/local/bin", "/usr/bin", "/bin"]

    package init() {}

    enum Device: Sendable, Hashable { case usable, missing, denied }
    enum Helper: Sendable, Hashable { case usable, missing, notPrivileged(FilePath) }

    var deviceState: Device {
        guard device.exists else { return .missing }
        return device.isUsableByEffectiveUser(for: [.reading, .writing]) ? .usable : .denied
    }

    var helperState: Helper {
        guard let program = Fusermount.find(in: searchPath) else { return .missing }
        return program.mayMount ? .usable : .notPrivileged(program.path)
    }

    /// Whether those who are not root may let others look at their mounts.
    var allowsOthers: Bool { FuseRules(SmallFile.text(configuration) ?? "").allowsOthers }
}
