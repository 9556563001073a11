import Foundation
import Testing
import Transfer

let timeLimit: TimeLimitTrait = .timeLimit(.minutes(1))

/// An engine for one test, shut down at its end.
func withEngine<Result: Sendable>(
    connectionsPerHost: Int = 32, authorities: String? = nil, _ body: (TransferEngine) async throws -> Result
) async throws -> Result {
    let engine = TransferEngine(
        .init(
            userAgent: "transfer-tests", maximumConnectionsPerHost: connectionsPerHost,
            authorities: CertificateAuthorities(file: authorities)))
    let result: Result
    do {
        result = try await body(engine)
    } catch {
        await engine.shutDown()
        throw error
    }
    await engine.shutDown()
    return result
}

/// The error a request ends with; a test fails when it ends with an answer.
func failure(
    of request: TransferRequest, into sink: any BodySink = RecordingSink(), on engine: TransferEngine? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
) async throws -> TransferError {
    do throws(TransferError) {
        if let engine {
            _ = try await engine.perform(request, into: sink)
        } else {
            let own = TransferEngine(.init(userAgent: "transfer-tests"))
            _ = try await own.perform(request, into: sink)
        }
    } catch {
        return error
    }
    Issue.record("the request was answered", sourceLocation: sourceLocation)
    throw CancellationError()
}

/// Bytes that differ at every position, so that a shifted or lost part shows.
func pattern(_ count: Int, seed: UInt32 = 1) -> [UInt8] {
    var state = seed &* 2_654_435_761 | 1
    return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
        for index in 0..<count {
            state ^= state << 13
            state ^= state >> 17
            state ^= state << 5
            buffer[index] = UInt8(truncatingIfNeeded: state)
        }
        initialized = count
    }
}

/// Something that happens once, awaited by a test.
final class Signal: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream()
    }

    func send() { continuation.finish() }

    func wait() async {
        for await _ in stream {}
    }
}
