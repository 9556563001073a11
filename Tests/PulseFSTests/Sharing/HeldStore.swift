import PulseTestSupport
import Quantities
import SharedStore
import Synchronization
import Transfer

/// A store whose files come part by part as the test has it: they stop after so many bytes, until they are let go or for good.
final class HeldStore: ForwardingStore {
    enum Ending: Sendable {
        /// Nothing more comes until ``release()``.
        case held
        case failed(ObjectStoreError.Kind)
    }

    private struct State {
        var left = Int.max
        var ending = Ending.held
        var streamed = 0
        var streams = 0
        var before: (@Sendable () -> Void)?
        var holdsPuts = false
        var puts = 0
    }

    let next: MemoryObjectStore
    private let state = Mutex(State())

    private static let chunk = 20_000

    init(_ next: MemoryObjectStore) { self.next = next }

    /// Bytes that have been sent part by part, and how often a part was asked for.
    var streamed: Int { state.withLock { $0.streamed } }
    var streams: Int { state.withLock { $0.streams } }

    /// Sends so many bytes more.
    func stop(after bytes: Int, _ ending: Ending = .held) {
        state.withLock { ($0.left, $0.ending) = (bytes, ending) }
    }

    func release() { stop(after: .max) }

    /// Whether large objects are not written, until that is said otherwise.
    func holdPuts(_ holds: Bool) { state.withLock { $0.holdsPuts = holds } }
    /// Large objects that were to be written.
    var puts: Int { state.withLock { $0.puts } }

    /// Done once, before the next part is sent.
    func beforeNext(_ work: @escaping @Sendable () -> Void) { state.withLock { $0.before = work } }

    func get(
        _ key: ObjectKey, range: ByteRange?, _ condition: ReadCondition, into sink: any ObjectSink, within: Duration
    ) async throws(ObjectStoreError) -> ObjectFacts? {
        let before = state.withLock { state in
            state.streams += 1
            defer { state.before = nil }
            return state.before
        }
        before?()
        let read = try await next.get(key, range: range, condition, limit: .max, within: within)
        guard case .bytes(let bytes, let facts) = read else { return nil }
        let (resumes, resumed) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        var waits = resumes.makeAsyncIterator()
        let cancelled = ObjectStoreError(.cancelled, "it was given up")
        do {
            try sink.begin(facts, flow: TransferFlow { resumed.yield() })
            var done = 0
            while done < bytes.count {
                let count = try take(min(Self.chunk, bytes.count - done))
                guard count > 0 else {
                    do { try await Task.sleep(for: .milliseconds(10)) } catch { throw cancelled }
                    continue
                }
                let offset = ByteCount((range?.first ?? 0) + UInt64(done))
                while case .pause = try sink.receive(bytes[done..<done + count].span.bytes, at: offset) {
                    guard await waits.next() != nil else { throw cancelled }
                }
                done += count
            }
        } catch let error as ObjectStoreError {
            throw error
        } catch {
            throw ObjectStoreError(.notTaken, "\(error)")
        }
        return facts
    }

    /// How many of so many bytes are sent now.
    private func take(_ count: Int) throws(ObjectStoreError) -> Int {
        let (taken, ending) = state.withLock { state in
            let taken = min(count, state.left)
            state.left -= taken
            state.streamed += taken
            return (taken, state.ending)
        }
        if taken == 0, case .failed(let kind) = ending { throw ObjectStoreError(kind, "the engine failed") }
        return taken
    }

    func put(
        _ key: ObjectKey, _ body: RequestBody, _ condition: WriteCondition, within: Duration
    ) async throws(ObjectStoreError) -> ETag {
        if body.length > 1_000_000 {
            state.withLock { $0.puts += 1 }
            while state.withLock({ $0.holdsPuts }) {
                do { try await Task.sleep(for: .milliseconds(10)) } catch {
                    throw ObjectStoreError(.cancelled, "it was given up")
                }
            }
        }
        return try await next.put(key, body, condition, within: within)
    }
}
