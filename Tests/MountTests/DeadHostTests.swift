import Glibc
import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

/// S5.4: images at a host that is not there hold up nothing but themselves, and those not for long.
@Suite("Hosts that are not there", .takingTurns, .timeLimit(.minutes(5)))
struct DeadHostTests {
    private static let count = 40

    private static func job(_ host: String) -> EmulatedJob {
        let images = (1...count).map { number -> JSONNode in
            ["id": .string("a\(number)"), "image_url": .string("\(host)/\(number).png")]
        }
        return EmulatedJob(
            id: "elsewhere", result: .inline(["markdown": "x", "bounding_boxes": ["Images": .array(images)]]))
    }

    @Test(
        "S5.4 ls -l of images at a host without a name, one that refuses, and one that takes no connection",
        arguments: ["nowhere.invalid", "127.0.0.1:1", "full"])
    func list(_ name: String) async throws {
        let full = try FullListener()
        defer { withExtendedLifetime(full) {} }
        let host = "http://\(name == "full" ? "127.0.0.1:\(full.port)" : name)"
        try await Rig.mounted(adding: [Self.job(host)]) { (rig, mount) async throws in
            let begin = ContinuousClock.now
            let listed = try await mount.shell("ls -l \"$M\"/jobs/elsewhere/images | wc -l", timeout: 60)
            // Three seconds for the host, and nothing for each image; the machine that tests is busy.
            #expect(begin.duration(to: .now) < .seconds(12))
            #expect(listed.status == 0)
            // At once for a while after.
            let again = ContinuousClock.now
            _ = try await mount.shell("cat \"$M\"/jobs/elsewhere/images/7.png", timeout: 60)
            #expect(again.duration(to: .now) < .seconds(2))
            // The API is asked as ever.
            #expect(try await mount.shell("cat \"$M\"/jobs/\(JobName.invoice)/images/logo.png").status == 0)
        }
    }
}

/// A port whose queue of connections is full: who connects next hears nothing (listen(2)).
private final class FullListener {
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
