import CTunnel
import Foundation
import SystemPackage

/// A TUN device in a network namespace: IP packets that the namespace sends are read here, what is written here it receives.
struct Tunnel {
    let descriptor: Int32

    /// Makes the device. The calling thread is in the device's network namespace from then on.
    init(_ name: String, inNetworkOf namespace: FilePath) throws(Errno) {
        let network = open(namespace.string, O_RDONLY | O_CLOEXEC)
        guard network >= 0 else { throw Errno(rawValue: errno) }
        defer { close(network) }
        guard setns(network, pulse_clone_newnet) == 0 else { throw Errno(rawValue: errno) }
        descriptor = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw Errno(rawValue: errno) }
        guard pulse_attach_tunnel(descriptor, name) == 0 else { throw Errno(rawValue: errno) }
    }
}
