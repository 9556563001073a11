import CFuse

/// What the kernel's side of FUSE can do, as it said at INIT (linux/fuse.h).
package struct KernelFeatures: Sendable, Hashable {
    /// By the kernel's own names.
    package enum Feature: String, Sendable, Hashable, CaseIterable {
        case noOpen = "NO_OPEN_SUPPORT"
        case noOpendir = "NO_OPENDIR_SUPPORT"
        case readdirplus = "READDIRPLUS"
        case readdirplusAuto = "READDIRPLUS_AUTO"
        case autoInvalidation = "AUTO_INVAL_DATA"
        case parallelDirectories = "PARALLEL_DIROPS"
        case asynchronousRead = "ASYNC_READ"

        fileprivate var bit: UInt32 {
            switch self {
            case .noOpen: pulse_fuse_cap_no_open
            case .noOpendir: pulse_fuse_cap_no_opendir
            case .readdirplus: pulse_fuse_cap_readdirplus
            case .readdirplusAuto: pulse_fuse_cap_readdirplus_auto
            case .autoInvalidation: pulse_fuse_cap_auto_inval_data
            case .parallelDirectories: pulse_fuse_cap_parallel_dirops
            case .asynchronousRead: pulse_fuse_cap_async_read
            }
        }
    }

    /// Of the protocol, such as 7.40.
    package let version: Version
    package let offered: Set<Feature>

    package struct Version: Sendable, Hashable, CustomStringConvertible {
        package let major: UInt32
        package let minor: UInt32

        package init(_ major: UInt32, _ minor: UInt32) { (self.major, self.minor) = (major, minor) }

        package var description: String { "\(major).\(minor)" }
    }

    package init(version: Version, offered: Set<Feature>) {
        self.version = version
        self.offered = offered
    }

    init(_ connection: fuse_conn_info) {
        version = Version(connection.proto_major, connection.proto_minor)
        offered = Set(Feature.allCases.filter { connection.capable & $0.bit != 0 })
    }

    /// Content can be given to the kernel before anyone asks (FUSE_NOTIFY_STORE, since 7.15).
    package var takesContent: Bool { version.major > 7 || version.minor >= 15 }
}
