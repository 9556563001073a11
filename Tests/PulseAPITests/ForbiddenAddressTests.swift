import PulseEmulator
import PulseEmulatorFixtures
import PulseTestSupport
import Testing
import Transfer

@testable import PulseAPI

@Suite("Places that an answer names")
struct ForbiddenAddressTests {
    private func with(_ origin: (Emulator) -> String, _ body: (PulseClient, Emulator) async throws -> Void) async throws
    {
        try await Emulator.with { (emulator) async throws in
            let engine = TransferEngine(.init(userAgent: "tests"))
            let client = PulseClient(
                origin: try #require(APIOrigin(origin(emulator))), engine: engine,
                key: { APIKey("pulse-demo-northwind-1") })
            let outcome: Result<Void, any Error>
            do { outcome = .success(try await body(client, emulator)) } catch { outcome = .failure(error) }
            await engine.shutDown()
            try outcome.get()
        }
    }

    private func cause(_ client: PulseClient, _ url: String) async -> APIError? {
        do throws(APIError) {
            _ = try await client.get(.image(at: url), into: MemorySink(limit: 1 << 20))
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "S4.6 an API on this machine names places on this machine, before it was asked too, and not in a private network",
        arguments: ["127.0.0.1", "localhost"])
    func local(host: String) async throws {
        try await with({ "http://\(host):\($0.port)" }) { (client, emulator) async throws in
            try await Emulator.with { (other) async throws in
                other.set(.json("picture"), on: .any)
                #expect(await cause(client, "\(other.baseURL)/a.png") == nil)
                #expect(emulator.requests().isEmpty)
                for place in ["10.255.255.1", "169.254.169.254", "[fd00::1]", "100.64.0.1", "0.0.0.0"] {
                    let error = await cause(client, "http://\(place):\(other.port)/a.png")
                    #expect(error?.cause == .transport(.forbiddenAddress), "\(place): \(error?.description ?? "asked")")
                    #expect(error?.description.contains("was not sent: ") == true)
                    #expect(error?.message.contains("there for a document") == true)
                }
            }
        }
    }

    @Test("S4.6 an API elsewhere does not name places on this machine, nor by a redirect")
    func remote() async throws {
        // Nobody is there, which is not found out first.
        try await with({ _ in "http://192.0.2.1" }) { (client, emulator) async throws in
            for place in ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"] {
                #expect(
                    await cause(client, "http://\(place):\(emulator.port)/a.png")?.cause
                        == .transport(.forbiddenAddress))
            }
            #expect(emulator.requests().isEmpty)
        }
        try await with({ $0.baseURL }) { (client, emulator) async throws in
            emulator.set(.redirect(to: "http://169.254.169.254/latest/meta-data"), on: .any)
            #expect(await cause(client, "\(emulator.baseURL)/a.png")?.cause == .transport(.forbiddenAddress))
        }
    }

    @Test("S4.6 what an answer names at the API is asked with the key only where it stays in its directory")
    func climbing() async throws {
        try await with({ $0.baseURL }) { (client, emulator) async throws in
            for path in [
                "/results/job/images/x/..%2f..%2f..%2fjob%2fother", "/a/%2e%2e/job/other", "/a/../job/other",
                "/a%5c..%5cjob", "/large_results/other",
            ] {
                #expect(await cause(client, emulator.baseURL + path)?.cause == .badURL, "\(path)")
            }
            #expect(emulator.requests().isEmpty)
        }
    }
}
