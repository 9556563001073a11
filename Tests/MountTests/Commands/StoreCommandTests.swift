import Foundation
import PulseTestSupport
import SystemPackage
import Testing

@Suite(
    "pulsefs store", .takingTurns, .enabled(if: SeaweedServer.program != nil, Comment(rawValue: SeaweedServer.wanted)),
    .timeLimit(.minutes(5)))
struct StoreCommandTests {
    /// Runs `pulsefs store` with the fleet's credentials.
    private static func run(
        _ words: String, _ server: SeaweedServer, in home: FilePath, _ more: [String: String] = [:]
    ) async throws -> Shell.Outcome {
        let environment = [
            "HOME": home.string, "AWS_ENDPOINT_URL_S3": server.url, "AWS_ACCESS_KEY_ID": SeaweedServer.accessKey,
            "AWS_SECRET_ACCESS_KEY": SeaweedServer.secretKey,
        ]
        return try await Shell.run(
            "cd; \"$1\" store \(words)", [BuiltProducts.pulsefs], environment: environment.merging(more) { $1 },
            timeout: 90)
    }

    private static func object(_ said: Shell.Outcome) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(said.output)) as? [String: Any])
    }

    @Test("S8.6 an engine is tried, a store is made, and machines with its secret find that it fits; no other does")
    func all() async throws {
        try await SeaweedServer.with { server in
            try await ScratchDirectory.with { scratch in
                let home = scratch.path
                let bucket = try await Shell.run(
                    """
                    curl -s -o "$2" -w '%{http_code}' -X PUT --retry 10 --aws-sigv4 aws:amz:us-east-1:s3 --user "$3" "$1/fleet"
                    """,
                    [
                        server.url, scratch.appending("answer").string,
                        "\(SeaweedServer.accessKey):\(SeaweedServer.secretKey)",
                    ])
                #expect(bucket.text == "200")
                try await Self.check(server, home)
                try await Self.makeAndLook(server, home)
                try await Self.refuse(server, home)
            }
        }
    }

    private static func check(_ server: SeaweedServer, _ home: FilePath) async throws {
        let said = try await run("check s3://fleet/pulse", server, in: home)
        #expect(said.status == 0, "\(said.errors)")
        #expect(said.lines.count == 10)
        #expect(said.lines.suffix(3) == ["share\tyes", "claim\tyes", "renew\tyes"])
        let json = try object(try await run("check --json s3://fleet/pulse", server, in: home))
        #expect(json["claim"] as? Bool == true && (json["trials"] as? [Any])?.count == 7)
        let none = try await run("info s3://fleet/pulse", server, in: home)
        #expect(none.status == 1 && none.errors.contains("pulsefs store init"))
    }

    private static func makeAndLook(_ server: SeaweedServer, _ home: FilePath) async throws {
        let words = "s3://fleet/pulse --store-secret-file ~/secret --json"
        let made = try object(try await run("init \(words)", server, in: home))
        #expect(made["created"] as? Bool == true && made["secret_created"] as? Bool == true)
        #expect(made["conditional_writes"] as? String == "atomic")
        let secret = try String(contentsOfFile: "\(home)/secret", encoding: .utf8).trimmingCharacters(in: .newlines)
        #expect(secret.utf8.count == 64)
        #expect(try await Shell.run("stat -c %a \"$1/secret\"", [home.string]).text == "600\n")
        let again = try await run("init \(words)", server, in: home)
        #expect(try object(again)["created"] as? Bool == false)
        #expect(try object(again)["id"] as? String == made["id"] as? String)
        let info = try await run("info \(words)", server, in: home)
        #expect(info.status == 0)
        #expect(try object(info)["secret_fits"] as? Bool == true)
        let given = try await run("info --json s3://fleet/pulse", server, in: home, ["PULSEFS_STORE_SECRET": secret])
        #expect(try object(given)["secret_fits"] as? Bool == true)
        for said in [again, info, given] { #expect(!said.text.contains(secret) && !said.errors.contains(secret)) }
    }

    private static func refuse(_ server: SeaweedServer, _ home: FilePath) async throws {
        let words = "s3://fleet/pulse --store-secret-file ~/other"
        let joined = try await run("init \(words)", server, in: home)
        #expect(joined.status == 1 && joined.errors.contains("another secret"))
        #expect(!FileManager.default.fileExists(atPath: "\(home)/other"))
        try await Shell.run("umask 077; printf '%064d\\n' 7 > \"$1/other\"", [home.string])
        #expect(try await run("info \(words)", server, in: home).status == 2)
        try await Shell.run("chmod 644 \"$1/other\"", [home.string])
        let open = try await run("info \(words)", server, in: home)
        #expect(open.status == 2 && open.errors.contains("chmod 600"))
        let reader = [
            "AWS_ACCESS_KEY_ID": SeaweedServer.readerAccessKey, "AWS_SECRET_ACCESS_KEY": SeaweedServer.readerSecretKey,
        ]
        #expect(try await run("info s3://fleet/pulse", server, in: home, reader).status == 0)
        #expect(try await run("check s3://fleet/pulse", server, in: home, reader).status == 1)
        let nobody = try await run("info s3://fleet/pulse", server, in: home, ["AWS_SECRET_ACCESS_KEY": "wrong"])
        #expect(nobody.status == 1 && nobody.errors.contains("403"))
        #expect(!nobody.errors.contains("wrong"))
        let elsewhere = try await run("info s3://no-such-bucket/pulse", server, in: home)
        #expect(elsewhere.status == 1 && elsewhere.errors.contains("NoSuchBucket"))
    }
}
