import SystemPackage

/// `/dev/fuse`, through which the kernel talks to a mount.
struct FuseDevice: Sendable, Hashable {
    /// Why it cannot be opened; nil when it can.
    var trouble: Errno?
    var machine: Machine

    static func here(_ machine: Machine) -> FuseDevice {
        do {
            try FileDescriptor.open("/dev/fuse", .readWrite, options: .closeOnExec).close()
            return FuseDevice(trouble: nil, machine: machine)
        } catch {
            return FuseDevice(trouble: error as? Errno ?? .ioError, machine: machine)
        }
    }

    static let containerOptions = "start the container with: --device /dev/fuse --cap-add SYS_ADMIN"

    var checkup: Checkup {
        switch trouble {
        case nil: Checkup("device", .ok, "/dev/fuse can be opened")
        case .permissionDenied?:
            Checkup(
                "device", .failure, "/dev/fuse cannot be opened by this user (\(words))",
                remedy: "sudo chmod 666 /dev/fuse")
        case _ where machine.isContainer:
            Checkup(
                "device", .failure, "/dev/fuse cannot be opened in this container (\(words))",
                remedy: Self.containerOptions)
        case .noSuchFileOrDirectory?:
            Checkup("device", .failure, "there is no /dev/fuse", remedy: Self.loadModule)
        case .operationNotSupportedByDevice?, .noSuchAddressOrDevice?:
            Checkup(
                "device", .failure, "/dev/fuse exists, but the kernel module is not loaded",
                remedy: Self.loadModule)
        default: Checkup("device", .failure, "/dev/fuse cannot be opened (\(words))", remedy: Self.loadModule)
        }
    }

    private static let loadModule = "sudo modprobe fuse"

    private var words: String { trouble.map { "\($0)" } ?? "" }
}
