import Foundation
import SystemPackage

/// SeaweedFS in one process: a real object store on the loopback, with ports and a directory of its own.
public final class SeaweedServer: Sendable {
    public static let accessKey = "AKIDFLEET"
    public static let secretKey = "s3cr3t/fleet+key0123456789"
    /// May read and list.
    public static let readerAccessKey = "AKIDREADER"
    public static let readerSecretKey = "reader-secret-0123456789"

    /// Where `scripts/test` has put it; nil when it could not be installed.
    public static let program: String? = {
        let variables = ProcessInfo.processInfo.environment
        let cache = variables["XDG_CACHE_HOME"] ?? variables["HOME"].map { "\($0)/.cache" }
        let places = [variables["PULSEFS_TEST_WEED"], cache.map { "\($0)/pulsefs-store/bin/weed" }].compactMap { $0 }
        return places.first { FileManager.default.isExecutableFile(atPath: $0) }
    }()

    /// What to do when there is none.
    public static let wanted =
        "needs SeaweedFS: scripts/test installs it, or name its program weed in PULSEFS_TEST_WEED"

    public let url: String
    /// Where objects can be put past the S3 interface, as `/buckets/<bucket>/<key>`.
    public let filer: String
    public let process: ChildProcess
    private let ports: [ReservedPort]

    private init(_ process: ChildProcess, _ ports: [ReservedPort]) {
        (self.process, self.ports) = (process, ports)
        url = "http://127.0.0.1:\(ports[0].number)"
        filer = "http://127.0.0.1:\(ports[6].number)"
    }

    /// Runs a server for the length of `body`, which begins when it answers.
    public static func with<Value>(_ body: (SeaweedServer) async throws -> Value) async throws -> Value {
        guard let program else { throw ChildProcess.Failure(description: wanted) }
        return try await ScratchDirectory.with { scratch in
            let data = try scratch.make("data")
            let identities = scratch.appending("s3.json")
            try Self.identities.write(toFile: identities.string, atomically: false, encoding: .utf8)
            let ports = try (0..<8).map { _ in try ReservedPort() }
            let names = [
                "s3.port", "s3.port.grpc", "master.port", "master.port.grpc", "volume.port", "volume.port.grpc",
                "filer.port",
                "filer.port.grpc",
            ]
            let words =
                [program, "-logtostderr=true", "server", "-dir=\(data)", "-ip=127.0.0.1", "-ip.bind=127.0.0.1"]
                + zip(names, ports).map { "-\($0)=\($1.number)" }
                + [
                    "-master.telemetry=false", "-master.volumeSizeLimitMB=64", "-volume.max=20", "-filer", "-s3",
                    "-s3.config=\(identities)", "-s3.iam=false", "-s3.port.iceberg=0", "-s3.port.lance=0",
                    "-s3.autoCreateBucket=false",
                ]
            // It leaves sockets there that are called by its ports.
            defer {
                for port in ports {
                    for name in ["s3", "s3-grpc", "master-grpc", "volume-grpc", "filer", "filer-grpc"] {
                        try? FileManager.default.removeItem(atPath: "/tmp/seaweedfs-\(name)-\(port.number).sock")
                    }
                }
            }
            return try await ChildProcess.with(words) { process in
                let server = SeaweedServer(process, ports)
                try await server.waitUntilReady()
                return try await body(server)
            }
        }
    }

    private static let identities = """
        {"identities": [
          {"name": "fleet", "credentials": [{"accessKey": "\(accessKey)", "secretKey": "\(secretKey)"}],
           "actions": ["Admin", "Read", "Write", "List", "Tagging"]},
          {"name": "reader", "credentials": [{"accessKey": "\(readerAccessKey)", "secretKey": "\(readerSecretKey)"}],
           "actions": ["Read", "List"]}
        ]}
        """

    /// It answers when all of its parts have found each other.
    private func waitUntilReady() async throws {
        let limit = ContinuousClock.now + .seconds(90)
        while ContinuousClock.now < limit {
            let answer = try await Shell.run("curl -s -o /dev/null -m 2 -w '%{http_code}' \(url)/ || true")
            if ["200", "403"].contains(answer.text) { return }
            guard !process.hasEnded else {
                throw ChildProcess.Failure(description: "SeaweedFS ended: \(process.errors.suffix(500))")
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw ChildProcess.Failure(description: "SeaweedFS did not answer: \(process.errors.suffix(500))")
    }
}
