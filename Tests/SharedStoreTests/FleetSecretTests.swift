import Foundation
import PulseTestSupport
import SystemPackage
import Testing

@testable import SharedStore

@Suite struct FleetSecretTests {
    private let line = String(repeating: "0a", count: 32)
    private let other = String(repeating: "0B", count: 32)

    @Test func theFirstLineSealsAndAllOpen() throws {
        let secret = try FleetSecret(text: "# made by pulsefs store init\n\n  \(line)\r\n\(other)\n")
        #expect(secret.all.count == 2)
        #expect(secret.first == secret.all[0])
        #expect(secret.first.id != secret.all[1].id)
        #expect(try FleetSecret(text: secret.fileText).all == secret.all)
        let name = try #require(ObjectKey("a"))
        let old = try ObjectSealer.seal([1], as: name, SealedHeader(writer: "w"), secret.all[1])
        #expect(try ObjectOpener.open(old, as: name, secret).contents == [1])
    }

    @Test(arguments: [
        "", "# nothing\n", "abc", String(repeating: "0", count: 63), String(repeating: "0", count: 66),
        String(repeating: "g", count: 64),
        Array(repeating: String(repeating: "0a", count: 32), count: 17).joined(separator: "\n"),
    ]) func whatIsNoSecretIsRefused(text: String) throws {
        do throws(FleetSecret.Trouble) {
            _ = try FleetSecret(text: text)
            Issue.record("it was taken")
        } catch {
            #expect(!error.description.contains(String(repeating: "0", count: 8)))
        }
    }

    @Test func aFileThatOthersCanReadIsRefused() async throws {
        try await ScratchDirectory.with { scratch in
            let path = scratch.appending("secret")
            let secret = FleetSecret.random()
            try secret.write(to: path)
            #expect(try FileManager.default.attributesOfItem(atPath: path.string)[.posixPermissions] as? Int == 0o600)
            #expect(try FleetSecret(file: path).all == secret.all)
            #expect(throws: FleetSecret.Trouble.self) { try FleetSecret.random().write(to: path) }
            #expect(try FleetSecret(file: path).all == secret.all)
            for mode in [0o640, 0o604, 0o660, 0o610] {
                try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path.string)
                #expect(throws: FleetSecret.Trouble.self) { try FleetSecret(file: path) }
            }
            try FileManager.default.setAttributes([.posixPermissions: 0o400], ofItemAtPath: path.string)
            #expect(try FleetSecret(file: path).all == secret.all)
            #expect(throws: FleetSecret.Trouble.self) { try FleetSecret(file: scratch.path) }
            #expect(throws: FleetSecret.Trouble.self) { try FleetSecret(file: scratch.appending("none")) }
        }
    }

    @Test func noSecretIsEverShown() throws {
        let secret = try FleetSecret(text: line)
        let credentials = try #require(
            StoreCredentials(accessKey: "AKID", secretKey: "hidden-1", sessionToken: "hidden-2"))
        var text = ""
        dump(secret, to: &text)
        dump(secret.first, to: &text)
        dump(credentials, to: &text)
        text +=
            "\(secret) \(secret.first) \(credentials) \(String(reflecting: secret)) \(String(reflecting: credentials))"
        #expect(!text.contains("0a0a"))
        #expect(!text.contains("10, 10"))
        #expect(!text.contains("hidden"))
    }

    @Test func namesTellNothingAndAreTheSameOnEveryMachine() throws {
        let names = ObjectNames(try FleetSecret(text: line).first)
        let job = names.job("job-1", of: "https://api")
        #expect(job == ObjectNames(try FleetSecret(text: line).first).job("job-1", of: "https://api"))
        #expect(job != ObjectNames(try FleetSecret(text: other).first).job("job-1", of: "https://api"))
        #expect(job.text.utf8.count == 40)
        // Parts of a name cannot change places.
        let all = [
            job, names.job("job-2", of: "https://api"), names.job("1", of: "https://apijob-"),
            names.job("https://api", of: "job-1"), names.file("job-1", of: job), names.file("job-2", of: job),
            names.file("job-1", of: names.job("job-2", of: "https://api")), names.grantee("job-1"),
        ]
        #expect(Set(all).count == all.count)
        for key in [
            ObjectKey.job(job), .file(all[4], of: job), .grant(all[7], to: job), .verdict(all[7]), .claim(job),
            .description,
        ] {
            #expect(ObjectKey(key.text) == key)
        }
        #expect(ObjectKey.job(job).text == "1/j/\(job.text.prefix(2))/\(job.text)")
        #expect(ObjectKey.result(job, nonce: "0a0f")?.text == "keep/\(job.text.prefix(2))/\(job.text)/result-0a0f")
        #expect(ObjectKey.result(job, nonce: "../x") == nil)
    }

    // MARK: The description

    @Test func aDescriptionFitsTheSecretItWasMadeWith() throws {
        let secret = try FleetSecret(text: line)
        let description = StoreDescription(secret, .atomic)
        let read = try StoreDescription(Array(description.text.utf8))
        #expect(read == description)
        #expect(read.fits(secret))
        #expect(!read.fits(try FleetSecret(text: other)))
        // While a secret is replaced.
        #expect(read.fits(try FleetSecret(text: "\(other)\n\(line)")))
        #expect(!description.text.contains("0a0a"))
        #expect(StoreDescription(secret, .atomic).id != description.id)
    }

    @Test(arguments: [
        "", "{}", "[]", "<html></html>", "{\"format\": \"1\"}", "{\"format\": 1}", "{\"format\": 99999999999999999999}",
        String(repeating: "[", count: 60_000), String(repeating: " ", count: 70_000),
        "{\"format\":1,\"store\":\"x\",\"conditional_writes\":\"atomic\",\"secrets\":[]}",
        "{\"format\":1,\"store\":\"00112233445566778899aabbccddeeff\",\"conditional_writes\":\"perhaps\",\"secrets\":[]}",
        "{\"format\":1,\"store\":\"00112233445566778899aabbccddeeff\",\"conditional_writes\":\"atomic\",\"secrets\":[]}",
        "{\"format\":1,\"store\":\"00112233445566778899aabbccddeeff\",\"conditional_writes\":\"atomic\",\"secrets\":[{\"id\":\"../..\",\"check\":\"\"}]}",
    ]) func whatIsNoDescriptionIsRefused(text: String) {
        #expect(throws: StoreDescription.Mistake.notADescription) { try StoreDescription(Array(text.utf8)) }
    }

    @Test func aLaterFormatIsSaidToBeOne() {
        #expect(throws: StoreDescription.Mistake.unknownFormat(2)) {
            try StoreDescription(Array("{\"format\":2,\"other\":true}".utf8))
        }
    }
}
