import Foundation
import PulseTestSupport
import SystemPackage

/// A port whose queue of connections is full: who connects next hears nothing (listen(2)).
final class FullListener {
    let port: UInt16
    private var sockets: [Int32] = []

    init() throws {
        let (port, listener) = try ScriptedServer.unusedPort()
        self.port = port
        sockets.append(listener)
        guard listen(listener, 0) == 0 else { throw Errno(rawValue: errno) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = port.bigEndian
        for _ in 0..<4 {
            let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
            sockets.append(socket)
            _ = withUnsafePointer(to: &address) { address in
                address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        }
    }

    deinit { for socket in sockets { close(socket) } }
}
