import Foundation
import PulseTestSupport
import SystemPackage

/// A server whose certificate nobody has signed but itself: `openssl s_server` on a free port.
struct UntrustedServer {
    let address: String
    /// What trusts it.
    let certificate: FilePath

    static func with<Value>(in scratch: ScratchDirectory, _ body: (UntrustedServer) async throws -> Value) async throws
        -> Value
    {
        let directory = try scratch.make("tls")
        let made = try await Shell.run(
            """
            cd "$1" && openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 \
              -subj /CN=pulsefs-tests -addext subjectAltName=IP:127.0.0.1
            """, [directory.string])
        guard made.status == 0 else { throw MountedPulseFS.Failure(description: made.errors) }
        // It says at which port it listens: asking for port 0 leaves the choice to the kernel.
        let words = [
            "openssl", "s_server", "-www", "-accept", "127.0.0.1:0", "-cert", directory.appending("cert.pem").string,
            "-key", directory.appending("key.pem").string,
        ]
        return try await ChildProcess.with(words) { server in
            try await server.waitForOutput("ACCEPT 127.0.0.1:")
            try await server.waitForOutput("\n")
            let line = String(decoding: server.output, as: UTF8.self).split(separator: "\n").first {
                $0.hasPrefix("ACCEPT")
            }
            guard let port = line?.split(separator: ":").last.flatMap({ UInt16($0) }) else {
                throw MountedPulseFS.Failure(description: "openssl does not say its port: \(server.errors)")
            }
            return try await body(
                UntrustedServer(address: "https://127.0.0.1:\(port)", certificate: directory.appending("cert.pem")))
        }
    }
}
