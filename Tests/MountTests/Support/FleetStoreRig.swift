import Foundation
import PulseTestSupport
import SystemPackage

/// A store of SeaweedFS that has been made, and what mounts need to share it.
struct FleetStoreRig: Sendable {
    let server: SeaweedServer
    let scratch: ScratchDirectory

    var secret: FilePath { scratch.appending("fleet.secret") }

    /// A server with a bucket and a store in it.
    static func with(_ body: (FleetStoreRig) async throws -> Void) async throws {
        try await ScratchDirectory.with { scratch in
            try await SeaweedServer.with { server in
                let rig = FleetStoreRig(server: server, scratch: scratch)
                let bucket = try await rig.curl("-X PUT --retry 10", "/fleet", timeout: 60)
                guard bucket.text.hasSuffix("200") else {
                    throw MountedPulseFS.Failure(description: "no bucket: \(bucket.text)\(bucket.errors)")
                }
                let made = try await Shell.run(
                    "\"$1\" store init s3://fleet/pulse --store-secret-file \"$2\"",
                    [BuiltProducts.pulsefs, rig.secret.string], environment: rig.environment, timeout: 90)
                guard made.status == 0 else { throw MountedPulseFS.Failure(description: made.errors) }
                try await body(rig)
            }
        }
    }

    /// What a program is started with that shares the store.
    var environment: [String: String] { environment(endpoint: server.url) }

    func environment(endpoint: String) -> [String: String] {
        [
            "HOME": scratch.path.string, "AWS_ENDPOINT_URL_S3": endpoint,
            "AWS_ACCESS_KEY_ID": SeaweedServer.accessKey, "AWS_SECRET_ACCESS_KEY": SeaweedServer.secretKey,
        ]
    }

    var options: [String] { ["--store", "s3://fleet/pulse", "--store-secret-file", secret.string] }

    /// Asks the server; the text ends with the status.
    private func curl(_ words: String, _ path: String, timeout: Int = 30) async throws -> Shell.Outcome {
        try await Shell.run(
            "curl -s -w '%{http_code}' \(words) --aws-sigv4 aws:amz:us-east-1:s3 --user \"$2\" \"$1\"",
            [server.url + path, "\(SeaweedServer.accessKey):\(SeaweedServer.secretKey)"], timeout: timeout)
    }

    /// Names of the objects of the store, but for its description.
    func names() async throws -> [String] {
        let page = try await curl("", "/fleet?list-type=2&max-keys=1000").text
        return page.split(separator: "<Key>").dropFirst().compactMap { part in
            part.split(separator: "<").first.map(String.init)
        }.filter { !$0.hasSuffix("pulsefs.json") }
    }

    func bytes(_ name: String) async throws -> [UInt8] {
        Array(try await curl("", "/fleet/\(name)").output.dropLast(3))
    }

    func remove(_ name: String) async throws {
        let answer = try await curl("-X DELETE", "/fleet/\(name)").text
        guard answer.hasSuffix("204") else { throw MountedPulseFS.Failure(description: answer) }
    }

    /// Puts something there that no member of the fleet has written.
    func plant(_ bytes: [UInt8], _ name: String) async throws {
        let file = scratch.appending("planted")
        try Data(bytes).write(to: URL(fileURLWithPath: file.string))
        let outcome = try await Shell.run(
            "curl -s -w '%{http_code}' -X PUT -H 'Content-Type: application/octet-stream' --data-binary @\"$1\" \"$2\"",
            [file.string, "\(server.filer)/buckets/fleet/\(name)"])
        guard outcome.text.hasSuffix("201"), try await self.bytes(name) == bytes else {
            throw MountedPulseFS.Failure(description: outcome.text)
        }
    }
}
