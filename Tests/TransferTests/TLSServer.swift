import Foundation
import Glibc
import Testing

/// `openssl s_server` on a free port, with certificates of its own; ended and cleaned up by `with`.
struct TLSServer {
    /// The kinds of certificate a server may show, all for 127.0.0.1 unless said otherwise.
    enum Certificate: String {
        case good = "subjectAltName=IP:127.0.0.1"
        case otherHost = "subjectAltName=DNS:other.example"
    }

    static let isAvailable = executable != nil
    private static let executable = ["/usr/bin/openssl", "/usr/local/bin/openssl"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    let port: UInt16
    /// The server's certificate, which signs itself: trusting this file is trusting the server.
    let authorities: String

    /// Serves the files of a temporary directory that holds `body` as `/file`.
    static func with(
        _ certificate: Certificate, body file: [UInt8] = Array("secret\n".utf8), arguments: [String] = ["-WWW"],
        _ body: (TLSServer) async throws -> Void
    ) async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "transfer-tls-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        let (server, port) = try await offPool { try start(certificate, file, arguments, in: directory) }
        // Not SIGTERM: a child inherits the blocked signals of the thread that starts it.
        defer { kill(server, SIGKILL) }
        try await body(TLSServer(port: port, authorities: directory.appending(path: "cert.pem").path))
    }

    private static func start(
        _ certificate: Certificate, _ file: [UInt8], _ arguments: [String], in directory: URL
    ) throws -> (process: pid_t, port: UInt16) {
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        try Data(file).write(to: directory.appending(path: "file"))
        let request = try openssl(
            [
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "cert.pem", "-days", "2",
                "-subj", "/CN=transfer-tests", "-addext", certificate.rawValue,
            ], in: directory)
        request.waitUntilExit()
        try #require(request.terminationStatus == 0)

        // The server says at which port it listens: asking for port 0 leaves the choice to the kernel.
        let output = Pipe()
        let server = try openssl(
            ["s_server", "-accept", "127.0.0.1:0", "-cert", "cert.pem", "-key", "key.pem"] + arguments, in: directory,
            output: output)
        guard let port = port(announcedBy: output.fileHandleForReading) else {
            kill(server.processIdentifier, SIGKILL)
            throw POSIXError(.ECHILD)
        }
        return (server.processIdentifier, port)
    }

    /// Does blocking work on a thread of its own.
    private static func offPool<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result(catching: work)) }
        }
    }

    private static func openssl(_ arguments: [String], in directory: URL, output: Pipe? = nil) throws -> Process {
        let process = Process()
        process.executableURL = URL(filePath: try #require(executable))
        process.arguments = arguments
        process.currentDirectoryURL = directory
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output ?? FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    /// Reads `ACCEPT 127.0.0.1:43210`.
    private static func port(announcedBy handle: FileHandle) -> UInt16? {
        var text = ""
        while true {
            let data = handle.availableData
            guard !data.isEmpty else { return nil }
            text += String(decoding: data, as: UTF8.self)
            guard
                let line = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().first(where: {
                    $0.hasPrefix("ACCEPT")
                })
            else { continue }
            return line.split(separator: ":").last.flatMap { UInt16($0) }
        }
    }
}
