import PulseEmulator
import PulseEmulatorFixtures
import Testing
import Transfer

@testable import PulseAPI

@Suite("Pulse client")
struct PulseClientTests {
    private static let key = "pulse-demo-northwind-1"

    private func with<Value: Sendable>(
        key: String? = key, _ body: (PulseClient, Emulator) async throws -> Value
    ) async throws -> Value {
        try await Emulator.with { (emulator) async throws in
            let engine = TransferEngine(.init(userAgent: "tests"))
            let origin = try #require(APIOrigin(emulator.baseURL))
            let client = PulseClient(origin: origin, engine: engine, key: { key.flatMap(APIKey.init) })
            let outcome: Result<Value, any Error>
            do { outcome = .success(try await body(client, emulator)) } catch { outcome = .failure(error) }
            await engine.shutDown()
            return try outcome.get()
        }
    }

    private func error(
        _ request: (any BodySink) async throws(APIError) -> ResponseHead,
        into sink: MemorySink = MemorySink(limit: 1 << 24)
    ) async throws -> APIError {
        do throws(APIError) { _ = try await request(sink) } catch {
            #expect(sink.bytes.isEmpty)
            return error
        }
        Issue.record("there was an answer")
        throw CancellationError()
    }

    @Test(
        "a refusal has status, code, message, request id and Retry-After, in every shape",
        arguments: ErrorShape.allCases)
    func refusals(shape: ErrorShape) async throws {
        try await with { (client, emulator) async throws in
            emulator.set(.status(429, shape: shape, message: "Slow down.", headers: [("Retry-After", "7")]), on: .any)
            let job = try #require(JobID("invoice-2024-0117"))
            let error = try await error { sink throws(APIError) in try await client.getJob(job, into: sink) }
            #expect(error.cause == .status(429))
            #expect(error.code == (shape == .structured ? "RATE_001" : nil))
            #expect(error.message.contains("Slow down."))
            #expect(error.requestID == "req-1")
            #expect(error.retryAfter == "7")
            #expect(error.request == "GET /job/invoice-2024-0117")
        }
    }

    @Test("S4.3 an answer that repeats the key does not bring it into the error", arguments: ErrorShape.allCases)
    func echo(shape: ErrorShape) async throws {
        try await with { (client, emulator) async throws in
            emulator.set(.status(401, shape: shape, message: "Invalid key \(Self.key)."), on: .any)
            let job = try #require(JobID("a"))
            let error = try await error { sink throws(APIError) in try await client.getJob(job, into: sink) }
            #expect(!"\(error) \(error.message)".contains(Self.key))
        }
    }

    @Test("S4.3 neither host nor query of a link is in an error", arguments: ["", "http://127.0.0.1"])
    func queries(host: String) async throws {
        try await with { (client, emulator) async throws in
            let base = host.isEmpty ? "" : "\(host):\(emulator.port)"
            emulator.set(.status(403), on: .any)
            let error = try await error { sink throws(APIError) in
                try await client.getLargeResult(at: "\(base)/large_results/a?signature=s3cret", into: sink)
            }
            #expect(!"\(error)".contains("s3cret"))
            #expect(error.request == "GET /large_results/a")
        }
    }

    @Test("without a key nothing is sent")
    func keyless() async throws {
        try await with(key: nil) { (client, emulator) async throws in
            let job = try #require(JobID("a"))
            let error = try await error { sink throws(APIError) in try await client.getJob(job, into: sink) }
            #expect(error.cause == .noKey)
            #expect(emulator.requests().isEmpty)
        }
    }

    @Test(
        "a link that is none is not asked", arguments: ["", "ftp://x.net/a", "//x.net/a", "a", "http://u:p@127.0.0.1/"])
    func badLinks(url: String) async throws {
        try await with { (client, emulator) async throws in
            let error = try await error { sink throws(APIError) in try await client.getLargeResult(at: url, into: sink)
            }
            #expect(error.cause == .badURL)
            #expect(emulator.requests().isEmpty)
        }
    }

    @Test("where no answer came, the cause is the transport's and the server is named")
    func transport() async throws {
        try await with { (client, emulator) async throws in
            await emulator.shutDown()
            let job = try #require(JobID("a"))
            let error = try await error { sink throws(APIError) in try await client.getJob(job, into: sink) }
            #expect(error.cause == .transport(.refused))
            #expect(error.message.contains("127.0.0.1:\(emulator.port)"))
            #expect(error.description.contains("got no answer"))
        }
    }

    @Test(
        "S5.1 a 2xx that is not 200 is no file, and neither is a page of HTML, or JSON",
        arguments: [Fault.Effect.status(204), .status(206), .html, .json("{\"error\": \"none\"}")])
    func unexpected(effect: Fault.Effect) async throws {
        try await with { (client, emulator) async throws in
            emulator.set(effect, on: .any)
            let job = try #require(JobID("a"))
            let error = try await error { sink throws(APIError) in
                try await client.get(.image(job, PathSegment(encoding: "a.png")), into: sink)
            }
            #expect(error.cause == .transport(.invalidResponse))
        }
    }

    @Test("each endpoint asks its path with the key, and an image's name stays one segment")
    func paths() async throws {
        try await with { (client, emulator) async throws in
            let job = try #require(JobID("form-supplier-registration"))
            let sink = MemorySink(limit: 1 << 24)
            _ = try await client.getJob(job, into: sink)
            _ = try await client.get(.formPDF(job), into: sink)
            _ = try? await client.get(.image(job, PathSegment(encoding: "a b/c.png")), into: sink)
            #expect(
                emulator.requests().map(\.path) == [
                    "/job/\(job)", "/results/\(job)/pdf", "/results/\(job)/images/a%20b%2Fc.png",
                ])
            #expect(emulator.requests().allSatisfy { $0.keyAlias == "northwind-1" && $0.method == "GET" })
        }
    }

    @Test("a size is asked for with HEAD, by the same rules about the key, and is nil when it is not announced")
    func sizes() async throws {
        try await with { (client, emulator) async throws in
            let invoice = try #require(JobID("invoice-2024-0117"))
            let form = try #require(JobID("form-supplier-registration"))
            let logo = PathSegment(encoding: "logo.png")
            let path = "/results/\(invoice)/images/logo.png"
            let size = Fixtures.job("invoice-2024-0117")?.image(named: "logo.png").map { UInt64($0.content.count) }
            let formSize = Fixtures.job("form-supplier-registration")?.pdf.map { UInt64($0.count) }
            #expect(try await client.head(.image(invoice, logo)).size == size)
            #expect(try await client.head(.image(invoice, logo)).servesRanges == true)
            #expect(try await client.head(.image(invoice, logo)).validators.condition?.hasPrefix("\"") == true)
            #expect(try await client.head(.image(at: emulator.baseURL + path)).size == size)
            #expect(try await client.head(.formPDF(form)).size == formSize)
            #expect(emulator.requests().allSatisfy { $0.keyAlias == "northwind-1" && $0.method == "HEAD" })
            emulator.clearRequests()
            // Another name for the same server is another origin: the key stays here.
            await #expect(throws: APIError.self) {
                try await client.head(.image(at: "http://localhost:\(emulator.port)\(path)"))
            }
            #expect(emulator.requests().allSatisfy { $0.keyAlias == nil })
            emulator.set(.chunked, on: .path(path))
            #expect(try await client.head(.image(invoice, logo)).size == nil)
        }
    }

    @Test(
        "a refusal to HEAD has its status, and what is no file's head is no size",
        arguments: [
            (Fault.Effect.status(404), APIError.Cause.status(404)), (.status(405), .status(405)),
            (.html, .transport(.invalidResponse)), (.status(204), .transport(.invalidResponse)),
        ])
    func refusedHeads(effect: Fault.Effect, cause: APIError.Cause) async throws {
        try await with { (client, emulator) async throws in
            emulator.set(effect, on: .any)
            let job = try #require(JobID("a"))
            do throws(APIError) {
                _ = try await client.head(.image(job, PathSegment(encoding: "a.png")))
                Issue.record("there was an answer")
            } catch {
                #expect(error.cause == cause)
                #expect(error.request == "HEAD /results/a/images/a.png")
            }
        }
    }
}
