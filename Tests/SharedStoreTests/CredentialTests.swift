import Foundation
import PulseTestSupport
import Synchronization
import SystemPackage
import Testing
import Transfer

@testable import SharedStore

@Suite(.timeLimit(.minutes(1))) struct CredentialTests {
    /// A home with Amazon's files.
    private func withHome<Value>(
        config: String? = nil, credentials: String? = nil, _ body: (String) async throws -> Value
    ) async throws -> Value {
        try await ScratchDirectory.with { scratch in
            let home = scratch.path.string
            try FileManager.default.createDirectory(atPath: "\(home)/.aws", withIntermediateDirectories: true)
            try config?.write(toFile: "\(home)/.aws/config", atomically: false, encoding: .utf8)
            try credentials?.write(toFile: "\(home)/.aws/credentials", atomically: false, encoding: .utf8)
            return try await body(home)
        }
    }

    private func read(
        _ variables: [String: String], home: String? = nil,
        run: @escaping @Sendable ([String]) async throws(CredentialTrouble) -> [UInt8] = {
            _ throws(CredentialTrouble) in
            throw CredentialTrouble("nothing is run")
        }
    ) async throws -> StoreCredentials {
        let engine = TransferEngine(.init(userAgent: "tests"))
        return try await CredentialChain(CredentialSurroundings(variables, home: home, engine: engine, run: run)).read()
    }

    private func trouble(_ variables: [String: String], home: String? = nil) async throws -> String {
        do {
            _ = try await read(variables, home: home)
            Issue.record("there were some")
            return ""
        } catch let error as CredentialTrouble {
            return error.words
        }
    }

    private func secret(_ credentials: StoreCredentials) -> String { credentials.withSecretKey { $0 } }

    private func token(_ credentials: StoreCredentials) -> String? {
        var token: String?
        credentials.withSessionToken { token = $0 }
        return token
    }

    // MARK: Environment and profiles

    @Test func theEnvironmentGoesFirst() async throws {
        try await withHome(credentials: "[default]\naws_access_key_id = B\naws_secret_access_key = b\n") { home in
            let found = try await read(
                [
                    "AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "a", "AWS_SESSION_TOKEN": "t",
                    "AWS_PROFILE": "default",
                ],
                home: home)
            #expect(found.accessKey == "A")
            #expect(secret(found) == "a")
            #expect(token(found) == "t")
            #expect(
                try await read(["AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""], home: home).accessKey == "B")
            #expect(try await trouble(["AWS_ACCESS_KEY_ID": "A"], home: home).contains("both"))
            let bad = try await trouble(["AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "hid\nden"], home: home)
            #expect(!bad.contains("hid"))
        }
    }

    @Test func aProfileIsReadFromBothFiles() async throws {
        let config = """
            # comment
            [default]
            region = eu-west-1
            [profile work]
            region = us-west-2 ; comment
            s3 =
              endpoint_url = http://elsewhere
              aws_access_key_id = NESTED
            aws_access_key_id = OLD
            aws_secret_access_key = old
            [sso-session work]
            aws_access_key_id = NOT
            """
        let credentials = """
            [work]
            aws_access_key_id=NEW
            aws_secret_access_key = n/e+w==  # comment
            aws_session_token = tok
            """
        try await withHome(config: config, credentials: credentials) { home in
            let found = try await read(["AWS_PROFILE": "work"], home: home)
            #expect(found.accessKey == "NEW")
            #expect(secret(found) == "n/e+w==")
            #expect(token(found) == "tok")
            let surroundings = CredentialSurroundings(["AWS_PROFILE": "work"], home: home)
            #expect(try AmazonProfile(surroundings).region == "us-west-2")
            #expect(try AmazonProfile(CredentialSurroundings([:], home: home)).region == "eu-west-1")
            #expect(try await trouble(["AWS_PROFILE": "play"], home: home).contains("there is no profile play"))
            #expect(try await trouble([:], home: home).contains("AWS_ACCESS_KEY_ID"))
            let other = try await read(
                ["AWS_PROFILE": "work", "AWS_SHARED_CREDENTIALS_FILE": "\(home)/none"], home: home)
            #expect(other.accessKey == "OLD")
        }
    }

    @Test func aProgramPrintsCredentials() async throws {
        try await withHome(config: "[profile p]\ncredential_process = /opt/a\\ b --for 'x y' \"z\"\n") { home in
            let found = try await read(["AWS_PROFILE": "p"], home: home) { words throws(CredentialTrouble) in
                guard words == ["/opt/a b", "--for", "x y", "z"] else { throw CredentialTrouble("\(words)") }
                return Array(
                    #"{"Version":1,"AccessKeyId":"A","SecretAccessKey":"s","SessionToken":"t","Expiration":"2040-01-01T00:00:00Z"}"#
                        .utf8)
            }
            #expect(found.accessKey == "A")
            #expect(found.expires == 2_208_988_800)
            for output in [
                "", "hidden", #"{"Version":2,"AccessKeyId":"A","SecretAccessKey":"hidden"}"#,
                #"{"Version":1,"AccessKeyId":"A"}"#,
                #"{"Version":1,"AccessKeyId":"A","SecretAccessKey":"hidden","Expiration":"soon"}"#,
            ] {
                do {
                    _ = try await read(["AWS_PROFILE": "p"], home: home) { _ in Array(output.utf8) }
                    Issue.record("\(output) was taken")
                } catch {
                    #expect(!"\(error)".contains("hidden"))
                }
            }
        }
    }

    @Test func whatIsLeftToAmazonsToolsIsSaid() async throws {
        try await withHome(
            config: "[default]\nsso_session = x\n[profile r]\nrole_arn = arn\nsource_profile = default\n"
        ) {
            home in
            let session = try await trouble([:], home: home)
            #expect(session.contains("sso_session"))
            let role = try await trouble(["AWS_PROFILE": "r"], home: home)
            #expect(role.contains("credential_process"))
        }
    }

    // MARK: Over HTTP

    private static func json(_ text: String) -> String { ScriptedEngine.answer(200, [:], text) }

    @Test func theHostOfAContainerIsAskedWithTheTokenOfItsFile() async throws {
        let asked = Mutex("")
        let server = try ScriptedServer { connection in
            let head = try connection.readRequest()
            asked.withLock { $0 = head }
            try connection.send(
                Self.json(
                    #"{"AccessKeyId":"C","SecretAccessKey":"s","Token":"t","Expiration":"2040-01-01T00:00:00Z"}"#))
        }
        try await withHome { home in
            try "to ken\n".write(toFile: "\(home)/token", atomically: false, encoding: .utf8)
            let found = try await read(
                [
                    "AWS_CONTAINER_CREDENTIALS_FULL_URI": server.url("/v1/credentials?x=1"),
                    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "\(home)/token",
                ], home: home)
            #expect(found.accessKey == "C")
            #expect(token(found) == "t")
        }
        #expect(asked.withLock { $0 }.hasPrefix("GET /v1/credentials?x=1 HTTP/1.1\r\n"))
        #expect(asked.withLock { $0 }.contains("Authorization: to ken\r\n"))
    }

    @Test func aTokenGoesOverTLSOrStaysOnTheMachine() async throws {
        for url in [
            "https://anywhere/x", "http://127.0.0.1:1/x", "http://localhost/x", "http://[::1]:80/x",
            "http://169.254.170.2/x",
            "http://169.254.170.23/v1/credentials", "http://[fd00:ec2::23]/v1/credentials",
        ] {
            #expect(ContainerCredentials.mayBeAsked(url), "\(url)")
        }
        for url in [
            "http://anywhere/x", "http://169.254.169.254/x", "http://169.254.170.2.evil.example/x", "ftp://127.0.0.1/x",
            "http://127.0.0.1@evil.example/x", "http://evil.example#127.0.0.1/", "127.0.0.1", "",
        ] {
            #expect(!ContainerCredentials.mayBeAsked(url), "\(url)")
        }
        #expect(
            try await trouble(["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://anywhere.example/x"]).contains("not asked")
        )
        #expect(
            try await trouble([
                "AWS_ROLE_ARN": "r", "AWS_WEB_IDENTITY_TOKEN_FILE": "/dev/null",
                "AWS_ENDPOINT_URL_STS": "http://x.example",
            ]).isEmpty == false)
    }

    @Test func aRoleIsTakenOnWithAToken() async throws {
        let body = Mutex("")
        let server = try ScriptedServer { connection in
            let head = try connection.readRequest()
            let length = head.split(separator: "\r\n").first { $0.hasPrefix("Content-Length: ") }
            let bytes = try connection.readBody(Int(length?.dropFirst(16) ?? "") ?? 0)
            body.withLock { $0 = String(decoding: bytes, as: UTF8.self) }
            try connection.send(
                ScriptedEngine.answer(
                    200, [:],
                    """
                    <AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
                    <AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>W</AccessKeyId><SecretAccessKey>s&amp;</SecretAccessKey>
                    <SessionToken>t</SessionToken><Expiration>2040-01-01T00:00:00Z</Expiration></Credentials>
                    </AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>
                    """))
        }
        try await withHome { home in
            try "a.b+c".write(toFile: "\(home)/token", atomically: false, encoding: .utf8)
            let found = try await read(
                [
                    "AWS_ROLE_ARN": "arn:aws:iam::1:role/x", "AWS_WEB_IDENTITY_TOKEN_FILE": "\(home)/token",
                    "AWS_ROLE_SESSION_NAME": "me", "AWS_ENDPOINT_URL_STS": server.url(""),
                    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:1/never",
                ], home: home)
            #expect(found.accessKey == "W")
            #expect(secret(found) == "s&")
        }
        #expect(
            body.withLock { $0 }
                == "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fx"
                + "&RoleSessionName=me&WebIdentityToken=a.b%2Bc")
    }

    @Test(arguments: ["<html>no</html>", "{\"AccessKeyId\":1}", ""]) func anAnswerThatIsNoneIsSaidToBeNone(body: String)
        async throws
    {
        let server = try ScriptedServer { connection in
            try connection.readRequest()
            try connection.send(Self.json(body))
        }
        #expect(
            try await trouble(["AWS_CONTAINER_CREDENTIALS_FULL_URI": server.url("/")]).contains("no credentials"))
    }

    // MARK: Keeping them

    private final class Source: Sendable {
        let reads = Mutex(0)
        let now = Mutex<Int64>(1000)
        let fails = Mutex(false)
        let life: Int64?
        init(life: Int64?) { self.life = life }

        /// `pausing` lets others come in between.
        func keeper(pausing: Bool = false) -> CredentialKeeper {
            CredentialKeeper(wall: { self.now.withLock { $0 } }) { () throws(CredentialTrouble) in
                for _ in 0..<(pausing ? 50 : 0) { await Task.yield() }
                if self.fails.withLock({ $0 }) { throw CredentialTrouble("gone") }
                let number = self.reads.withLock { reads in
                    reads += 1
                    return reads
                }
                let expires = self.life.map { $0 + self.now.withLock { $0 } }
                guard let some = StoreCredentials(accessKey: "A\(number)", secretKey: "s", expires: expires) else {
                    throw CredentialTrouble("none")
                }
                return some
            }
        }
    }

    @Test func credentialsAreReadOnceForAllAndAgainBeforeTheyExpire() async throws {
        let source = Source(life: 3600)
        let keeper = source.keeper()
        let names = await withTaskGroup(of: String?.self) { group in
            for _ in 0..<20 { group.addTask { try? await keeper.current().accessKey } }
            return await group.reduce(into: Set<String?>()) { $0.insert($1) }
        }
        #expect(names == ["A1"])
        source.now.withLock { $0 = 1000 + 3299 }
        #expect(try await keeper.current().accessKey == "A1")
        source.now.withLock { $0 = 1000 + 3301 }
        #expect(try await keeper.current().accessKey == "A2")
        #expect(source.reads.withLock { $0 } == 2)
    }

    @Test func thoseThatHaveNotQuiteExpiredAreUsedWhenThereAreNoOthers() async throws {
        let source = Source(life: 3600)
        let keeper = source.keeper()
        _ = try await keeper.current()
        source.fails.withLock { $0 = true }
        source.now.withLock { $0 = 1000 + 3500 }
        #expect(try await keeper.current().accessKey == "A1")
        source.now.withLock { $0 = 1000 + 3600 }
        await #expect(throws: CredentialTrouble.self) { try await keeper.current() }
    }

    @Test func thoseThatLastForMinutesAreNotReadForEachRequest() async throws {
        let source = Source(life: 120)
        let keeper = source.keeper()
        for _ in 0..<10 { _ = try await keeper.current() }
        #expect(source.reads.withLock { $0 } == 1)
        source.now.withLock { $0 += 11 }
        _ = try await keeper.current()
        #expect(source.reads.withLock { $0 } == 2)
    }

    @Test func allWhoAreRefusedAtOnceTryTheOthers() async throws {
        let source = Source(life: nil)
        let keeper = source.keeper(pausing: true)
        let first = try await keeper.current()
        let replaced = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<20 { group.addTask { await keeper.replace(first) } }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(replaced == 20)
        #expect(source.reads.withLock { $0 } == 2)
    }

    @Test func thoseThatAreRefusedAreReadAnewUnlessSomebodyHasAlready() async throws {
        let source = Source(life: nil)
        let keeper = source.keeper()
        let first = try await keeper.current()
        #expect(await keeper.replace(first))
        let second = try await keeper.current()
        #expect(second.accessKey == "A2")
        #expect(await keeper.replace(first))
        #expect(source.reads.withLock { $0 } == 2)
        // Not for each request that is refused.
        #expect(await !keeper.replace(second))
        source.now.withLock { $0 += 11 }
        #expect(await keeper.replace(second))
        #expect(try await keeper.current().accessKey == "A3")
        // When there are none to be had, these are all there is.
        source.now.withLock { $0 += 11 }
        source.fails.withLock { $0 = true }
        let third = try await keeper.current()
        #expect(await !keeper.replace(third))
        #expect(try await keeper.current().accessKey == "A3")
    }
}
