import Crypto
import Synchronization
import Transfer

/// Objects in memory, one register a name: what an engine promises, exactly, and what it may do besides, on demand. For tests and
/// simulations.
package final class MemoryObjectStore: ObjectStore {
    /// What becomes of one request.
    package enum Fault: Sendable, Hashable {
        /// It never arrives: not done. A writer cannot tell that from the next.
        case lostBefore
        /// It is done, and its answer is lost.
        case lostAfter
        /// It arrives twice, and the second answer is the one that comes.
        case doubled
        /// It is done so much later.
        case delayed(Duration)
        case failed(ObjectStoreError.Kind)
        /// The engine has forgotten the last writing of the object, as one does that crashes before its disk has it: what was there
        /// before is there again.
        case forgotten
    }

    package enum Operation: Sendable, Hashable {
        case get, put, renew, delete, list
    }

    struct Version: Sendable {
        let bytes: [UInt8]
        let etag: ETag
        let modified: Int64
    }

    /// What a request sees and changes, in one step.
    struct State: Sendable {
        fileprivate(set) var objects: [String: Version] = [:]
        /// What the last writing replaced.
        fileprivate var before: [String: Version?] = [:]
        fileprivate var requests: [Operation: Int] = [:]

        func refusal(_ key: ObjectKey, _ condition: WriteCondition) -> ObjectStoreError? {
            let there = objects[key.text]
            switch condition {
            case .none: return nil
            case .ifAbsent where there == nil: return nil
            case .ifStill(let etag) where there?.etag == etag: return nil
            case .ifStill where there == nil: return ObjectStoreError(.absent, "\(key) is not there")
            case .ifAbsent, .ifStill: return ObjectStoreError(.conditionFailed, "\(key) is another version")
            }
        }

        mutating func set(_ key: ObjectKey, _ version: Version?) {
            before[key.text] = .some(objects[key.text])
            objects[key.text] = version
        }
    }

    private let state = Mutex(State())
    let time: StoreTime
    private let fault: @Sendable (Operation, ObjectKey?) -> Fault?
    private static let unclear = "whether it was done is not known"

    /// `fault` is asked once for each request, before it is done.
    package init(
        time: StoreTime = .system, fault: @escaping @Sendable (Operation, ObjectKey?) -> Fault? = { _, _ in nil }
    ) {
        (self.time, self.fault) = (time, fault)
    }

    /// How often each operation was asked for.
    package var requests: [Operation: Int] { state.withLock { $0.requests } }

    /// What is there, by name.
    package var contents: [String: [UInt8]] { state.withLock { $0.objects.mapValues(\.bytes) } }

    /// Puts something there that no member of a fleet has written; nil removes it.
    package func plant(_ bytes: [UInt8]?, at key: ObjectKey) {
        state.withLock { state in
            state.objects[key.text] = bytes.map { Version(bytes: $0, etag: Self.etag($0), modified: time.wall()) }
        }
    }

    /// Equal bytes have equal ones, as engines have it.
    static func etag(_ bytes: [UInt8]) -> ETag {
        ETag("\"\(HexText.text(Array(Insecure.MD5.hash(data: bytes))))\"") ?? noETag
    }

    private static let noETag = ETag("\"\"") ?? etag([])

    // MARK: Requests

    func request<Value: Sendable>(
        _ operation: Operation, _ key: ObjectKey?, isWrite: Bool,
        _ body: @Sendable (inout State) -> Result<Value, ObjectStoreError>
    ) async throws(ObjectStoreError) -> Value {
        if Task.isCancelled { throw ObjectStoreError(.cancelled, "it was given up") }
        let lost = ObjectStoreError(isWrite ? .unclear : .unavailable(.unreached(.connectionReset)), Self.unclear)
        let fault = fault(operation, key)
        state.withLock { $0.requests[operation, default: 0] += 1 }
        switch fault {
        case nil: break
        case .lostBefore: throw lost
        case .lostAfter:
            _ = perform(body)
            throw lost
        case .doubled: _ = perform(body)
        case .delayed(let delay):
            do { try await time.sleep(delay) } catch { throw ObjectStoreError(.cancelled, "it was given up") }
        case .failed(let kind): throw ObjectStoreError(kind, "the engine failed")
        case .forgotten: if let key { forget(key) }
        }
        return try perform(body).get()
    }

    private func perform<Value: Sendable>(
        _ body: @Sendable (inout State) -> Result<Value, ObjectStoreError>
    ) -> Result<Value, ObjectStoreError> {
        state.withLock { body(&$0) }
    }

    private func forget(_ key: ObjectKey) {
        state.withLock { state in
            guard let before = state.before.removeValue(forKey: key.text) else { return }
            state.objects[key.text] = before
        }
    }
}
