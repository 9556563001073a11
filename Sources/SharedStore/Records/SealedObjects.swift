import Quantities
import Transfer

/// The sealed objects of a store that fit into memory, read and written by one member of a fleet.
///
/// What does not open is told apart from what is absent, and never believed. A write knows in the end whether it was done: what a
/// lost answer leaves open is read back, and known by the nonce that each writing has for its own.
package struct SealedObjects: Sendable {
    /// What was read.
    package enum Found: Sendable {
        /// The engine says that there is no such object.
        case absent
        /// It is still the version that was named.
        case unchanged
        case opened(SealedVersion)
        /// There is something that nobody of the fleet wrote there, or that has been damaged since. Its ETag is for whoever writes
        /// over it.
        case rejected(SealError, ETag)
    }

    /// What a write came to.
    package enum Written: Sendable {
        case done(ETag)
        /// The condition did not hold, or what was written has been replaced before its answer came: somebody else has written.
        case lost
        /// Nobody knows, and nobody can say now. It may still be done.
        case unclear(ObjectStoreError)
    }

    private let store: any ObjectStore
    private let secret: FleetSecret
    /// How this member is called, for others to tell.
    private let writer: String

    package init(_ store: any ObjectStore, _ secret: FleetSecret, writer: String) {
        (self.store, self.secret, self.writer) = (store, secret, writer)
    }

    /// Throws what is neither there nor absent: an engine that cannot be asked says nothing of an object.
    /// - Parameter limit: bytes of the sealed object; a longer one is `.tooLarge`.
    package func read(
        _ key: ObjectKey, unless etag: ETag? = nil, limit: Int, within: Duration
    ) async throws(ObjectStoreError) -> Found {
        let read: ObjectRead
        do throws(ObjectStoreError) {
            read = try await store.get(
                key, range: nil, etag.map { .unless($0) } ?? .none, limit: limit, within: within)
        } catch {
            guard error.kind == .absent else { throw error }
            return .absent
        }
        guard case .bytes(let bytes, let facts) = read else { return .unchanged }
        do throws(SealError) {
            let (header, contents) = try ObjectOpener.open(bytes, as: key, secret)
            return .opened(SealedVersion(header: header, contents: contents, facts: facts))
        } catch {
            return .rejected(error, facts.etag)
        }
    }

    /// Seals and writes. Throws only what is certain not to have been done.
    /// - Parameters:
    ///   - sequence: how often the object was written before.
    ///   - within: bounds the writing, and once more the reading back.
    package func write(
        _ contents: [UInt8], as key: ObjectKey, sequence: UInt64, _ condition: WriteCondition, within: Duration
    ) async throws(ObjectStoreError) -> Written {
        let header = SealedHeader(seq: sequence, writer: writer)
        let bytes: [UInt8]
        do throws(SealError) { bytes = try ObjectSealer.seal(contents, as: key, header, secret.first) } catch {
            throw ObjectStoreError(.notTaken, "\(key) cannot be sealed: \(error)")
        }
        do throws(ObjectStoreError) {
            return .done(try await store.put(key, .bytes(bytes), condition, within: within))
        } catch {
            // What was to be replaced is gone.
            if case .ifStill = condition, error.kind == .absent { return .lost }
            // Also a condition that fails may have failed because of this writing: the way there may double a request.
            guard error.mayHaveBeenDone || error.kind == .conditionFailed || error.kind == .conflict else {
                throw error
            }
            return await outcome(of: header, bytes.count, key, condition, after: error, within: within)
        }
    }

    /// Whether what is there is what was written, of `length` bytes when it is sealed.
    private func outcome(
        of header: SealedHeader, _ length: Int, _ key: ObjectKey, _ condition: WriteCondition,
        after error: ObjectStoreError, within: Duration
    ) async -> Written {
        let read: ObjectRead
        do throws(ObjectStoreError) {
            read = try await store.get(
                key, range: ByteRange(first: 0, last: UInt64(length) -| 1), .none, limit: length, within: within)
        } catch let trouble {
            // A writing that is under way yet may still come, unless the engine has refused it.
            return error.kind == .conditionFailed && trouble.kind == .absent ? .lost : .unclear(error)
        }
        guard case .bytes(let bytes, let facts) = read else { return .unclear(error) }
        if facts.size == ByteCount(UInt64(length)),
            let there = try? ObjectOpener.open(bytes, as: key, secret).header, there.nonce == header.nonce
        {
            return .done(facts.etag)
        }
        if error.kind == .conditionFailed { return .lost }
        switch condition {
        // Versions never come back, so what this writing was to replace will not be there again.
        case .ifStill(let etag): return facts.etag == etag ? .unclear(error) : .lost
        case .ifAbsent: return .lost
        case .none: return .unclear(error)
        }
    }
}
