import PulseTestSupport
import Testing
import Transfer

@Suite(timeLimit, .enabled(if: TLSServer.isAvailable, "needs openssl in /usr/bin or /usr/local/bin"))
struct TLSTests {
    @Test func aTrustedServerAnswers() async throws {
        try await TLSServer.with(.good) { server in
            let sink = RecordingSink()
            let response = try await withEngine(authorities: server.authorities) {
                try await $0.perform(.init(url: "https://127.0.0.1:\(server.port)/file"), into: sink)
            }
            #expect(response.head.status == 200)
            #expect(sink.record.bytes == Array("secret\n".utf8))
        }
    }

    /// The page that `openssl s_server -www` makes of each connection, which it closes then.
    private func page(_ server: TLSServer, _ engine: TransferEngine) async throws -> String {
        let sink = RecordingSink()
        _ = try await engine.perform(.init(url: "https://127.0.0.1:\(server.port)/"), into: sink)
        return String(decoding: sink.record.bytes, as: UTF8.self)
    }

    @Test(arguments: ["-tls1_2", "-tls1_3"])
    func aSecondConnectionResumesTheSessionOfTheFirst(version: String) async throws {
        try await TLSServer.with(.good, arguments: ["-www", version]) { server in
            try await withEngine(authorities: server.authorities) { engine in
                let first = try await page(server, engine)
                #expect(first.contains("\nNew, TLSv1."), "\(first)")
                for _ in 0..<3 {
                    let next = try await page(server, engine)
                    #expect(next.contains("\nReused, TLSv1."), "\(next)")
                }
            }
            // Another engine begins anew: sessions are not the process's.
            try await withEngine(authorities: server.authorities) { engine in
                let first = try await page(server, engine)
                #expect(first.contains("\nNew, TLSv1."), "\(first)")
            }
        }
    }

    /// What a server was trusted with before is nothing to whoever does not trust it.
    @Test func noSessionIsResumedWithoutTrust() async throws {
        try await TLSServer.with(.good, arguments: ["-www"]) { server in
            try await withEngine(authorities: server.authorities) { engine in _ = try await page(server, engine) }
            let error = try await failure(of: .init(url: "https://127.0.0.1:\(server.port)/"))
            #expect(error.code == .tls(.certificate))
        }
    }

    @Test func aCertificateThatSignsItselfIsNotTrusted() async throws {
        try await TLSServer.with(.good) { server in
            let error = try await failure(of: .init(url: "https://127.0.0.1:\(server.port)/file"))
            #expect(error.code == .tls(.certificate))
        }
    }

    @Test func aCertificateForAnotherHostIsRefused() async throws {
        try await TLSServer.with(.otherHost) { server in
            let error = try await withEngine(authorities: server.authorities) {
                try await failure(of: .init(url: "https://127.0.0.1:\(server.port)/file"), on: $0)
            }
            #expect(error.code == .tls(.hostname))
        }
    }

    @Test func aServerOfAnOldProtocolIsRefused() async throws {
        try await TLSServer.with(.good, arguments: ["-WWW", "-tls1_2", "-cipher", "PSK"]) { server in
            let error = try await withEngine(authorities: server.authorities) {
                try await failure(of: .init(url: "https://127.0.0.1:\(server.port)/file"), on: $0)
            }
            #expect(error.code == .tls(.protocol))
        }
    }

    @Test func aPlainServerSpeaksNoTLS() async throws {
        let server = try ScriptedServer { connection in
            try connection.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
            connection.waitForClose()
        }
        let error = try await failure(of: .init(url: "https://127.0.0.1:\(server.port)/"))
        #expect(error.code == .tls(.protocol))
    }

    @Test func aResetInsideTheHandshakeIsAReset() async throws {
        let server = try ScriptedServer { $0.reset() }
        let error = try await failure(of: .init(url: "https://127.0.0.1:\(server.port)/"))
        #expect(error.code == .connectionReset)
    }

    @Test func aMissingFileOfAuthoritiesIsACertificateFailure() async throws {
        try await TLSServer.with(.good) { server in
            let error = try await withEngine(authorities: "/nonexistent.pem") {
                try await failure(of: .init(url: "https://127.0.0.1:\(server.port)/file"), on: $0)
            }
            #expect(error.code == .tls(.certificate))
        }
    }

    @Test func waitersForAHandshakeThatNeverEndsDoNotFailOneAfterTheOther() async throws {
        let server = try ScriptedServer { $0.waitForClose() }
        let clock = ContinuousClock()
        let start = clock.now
        try await withEngine { engine in
            let request = TransferRequest(
                url: "https://127.0.0.1:\(server.port)/", limits: .init(connectTimeout: .seconds(2)))
            try await withThrowingTaskGroup(of: TransferError.self) { group in
                for _ in 0..<16 { group.addTask { try await failure(of: request, on: engine) } }
                for try await error in group {
                    #expect(error.code == .connectTimedOut)
                }
            }
        }
        // Two rounds of two seconds, where one after the other would take 32; far enough apart for any machine.
        #expect(clock.now - start < .seconds(20))
    }
}
