import PulseEmulator
import PulseEmulatorFixtures
import Testing
import Transfer

@testable import PulseAPI

@Suite("Redirects")
struct RedirectTests {
    private static let key = "pulse-demo-northwind-1"

    /// A client of one emulator, and another emulator that is no business of the key's.
    private func with<Value: Sendable>(
        origin: String? = nil, _ body: (PulseClient, Emulator, Emulator) async throws -> Value
    ) async throws -> Value {
        try await Emulator.with { (emulator) async throws in
            try await Emulator.with { (other) async throws in
                let engine = TransferEngine(.init(userAgent: "tests"))
                let client = PulseClient(
                    origin: try #require(APIOrigin(origin ?? emulator.baseURL)), engine: engine,
                    key: { APIKey(Self.key) })
                let outcome: Result<Value, any Error>
                do { outcome = .success(try await body(client, emulator, other)) } catch { outcome = .failure(error) }
                await engine.shutDown()
                return try outcome.get()
            }
        }
    }

    private func image(_ client: PulseClient, _ name: String = "a.png") async throws -> String {
        let sink = MemorySink(limit: 1 << 20)
        _ = try await client.get(.image(try #require(JobID("job")), PathSegment(encoding: name)), into: sink)
        return String(decoding: sink.bytes, as: UTF8.self)
    }

    @Test(
        "S4.6 every kind of redirect is followed, and the key stays with the API", arguments: [301, 302, 303, 307, 308])
    func followed(status: Int) async throws {
        try await with { (client, emulator, other) async throws in
            emulator.set(.redirect(to: "\(other.baseURL)/b.png?sig=1", status: status), on: .prefix("/results/"))
            other.set(.json("picture"), on: .prefix("/b.png"))
            #expect(try await image(client) == "picture")
            #expect(emulator.requests().map(\.keyAlias) == ["northwind-1"])
            #expect(other.requests().map(\.keyAlias) == [nil])
            #expect(other.requests().map(\.path) == ["/b.png?sig=1"])
        }
    }

    @Test("S4.6 within the API the key goes along, also by a path alone; once elsewhere, it does not come back")
    func within() async throws {
        try await with { (client, emulator, other) async throws in
            emulator.set(.redirect(to: "/results/job/images/moved.png"), on: .path("/results/job/images/a.png"))
            emulator.set(.redirect(to: "\(other.baseURL)/there"), on: .path("/results/job/images/moved.png"))
            other.set(.redirect(to: "\(emulator.baseURL)/results/job/images/back.png"), on: .path("/there"))
            await #expect(throws: APIError.self) { try await image(client) }
            #expect(
                emulator.requests().map { "\($0.path) \($0.keyAlias ?? "-")" } == [
                    "/results/job/images/a.png northwind-1", "/results/job/images/moved.png northwind-1",
                    "/results/job/images/back.png -",
                ])
        }
    }

    @Test("S4.6 five redirects in a row are followed, and no more")
    func bounded() async throws {
        try await with { (client, emulator, _) async throws in
            for number in 0..<6 {
                emulator.set(
                    .redirect(to: "/results/job/images/\(number + 1).png"),
                    on: .path("/results/job/images/\(number).png"))
            }
            do {
                _ = try await image(client, "0.png")
                Issue.record("it was followed without end")
            } catch let error as APIError {
                #expect(error.cause == .badURL)
                #expect(error.message.contains("redirect"))
            }
            #expect(emulator.requests().count == 6)
        }
    }

    @Test("S4.6 with an https API nothing is asked by http, be it named or a redirect")
    func clearText() async throws {
        try await with(origin: "https://127.0.0.1:1") { (client, _, other) async throws in
            let sink = MemorySink(limit: 1 << 20)
            do throws(APIError) {
                _ = try await client.getLargeResult(at: "\(other.baseURL)/large_results/x", into: sink)
                Issue.record("it was asked")
            } catch {
                #expect(error.cause == .badURL)
                #expect(error.message.contains("clear text"))
            }
            await #expect(throws: APIError.self) {
                try await client.get(.image(at: "\(other.baseURL)/a.png"), into: sink)
            }
            #expect(other.requests().isEmpty)
        }
    }

    @Test("S4.2 what another place says is nothing about the key")
    func keyCheck() async throws {
        try await with { (client, emulator, other) async throws in
            emulator.set(.redirect(to: "\(other.baseURL)/login"), on: .any)
            other.set(.json("{}"), on: .any)
            let verdict = await client.check(try #require(APIKey(Self.key)))
            guard case .unknown = verdict else {
                Issue.record("\(verdict)")
                return
            }
            #expect(other.requests().isEmpty)
        }
    }

    @Test(
        "a location that is none, or no http, is an error, and nothing is asked",
        arguments: ["ftp://x/y", "", "http://"])
    func badLocation(_ location: String) async throws {
        try await with { (client, emulator, _) async throws in
            emulator.set(.redirect(to: location), on: .any)
            await #expect(throws: APIError.self) { try await image(client) }
            #expect(emulator.requests().count == 1)
        }
    }
}
