import PulseAPI
import Quantities
import System
import SystemPackage

/// Tells a service manager how a daemon is doing, by the datagrams of sd_notify(3).
package struct ServiceNotice: Sendable {
    private let address: Address

    private enum Address: Sendable {
        case path(String)
        /// Named in the kernel alone (unix(7)).
        case abstract(String)

        var bytes: [UInt8] {
            switch self {
            case .path(let path): Array(path.utf8) + [0]
            case .abstract(let name): [0] + Array(name.utf8)
            }
        }
    }

    /// Nil when nobody wants to be told.
    package init?(_ environment: [String: String]) {
        guard let name = environment["NOTIFY_SOCKET"], !name.utf8.contains(0) else { return nil }
        if name.hasPrefix("/") {
            address = .path(name)
        } else if name.hasPrefix("@") {
            address = .abstract(String(name.dropFirst()))
        } else {
            return nil
        }
        guard address.bytes.count <= DatagramSocket.longestName else { return nil }
    }

    /// The mount is usable.
    package func ready(_ status: String) {
        send(["READY=1", "MAINPID=\(ThisProcess.identifier)", "STATUS=\(line(status))"])
    }

    package func stopping(_ status: String) { send(["STOPPING=1", "STATUS=\(line(status))"]) }

    /// It takes longer to stop: the manager is to wait for so long from now on (EXTEND_TIMEOUT_USEC).
    package func stopping(_ status: String, within time: Duration) {
        send([
            "STOPPING=1", "EXTEND_TIMEOUT_USEC=\(time.components.seconds *| 1_000_000)", "STATUS=\(line(status))",
        ])
    }

    private func line(_ text: String) -> String { PrintableText.line(text) }

    /// Does not wait; a manager that does not take it is one that has gone.
    private func send(_ lines: [String]) {
        DatagramSocket.send(Array(lines.joined(separator: "\n").utf8), to: address.bytes)
    }
}
