import Crypto
package import Quantities
import Synchronization
package import Transfer

/// The claims of a store, and the results that they lead to, as one member of a fleet reads and writes them.
///
/// What is damaged here is never taken for absent: it may be all that is left of a result that nobody can fetch again.
package struct ClaimObjects: Sendable {
    /// What a result that was said to be there came to.
    package enum Arrival: Sendable, Hashable {
        /// All of it has come, and is what was delivered.
        case whole
        /// The engine does not have it (any more).
        case missing
        /// It does not open, or is not what was delivered.
        case damaged(String)
    }

    private let store: any ObjectStore
    private let secret: FleetSecret
    private let sealed: SealedObjects
    /// How this member is called, for others to tell.
    private let writer: String

    /// Bytes of a sealed claim; a longer one is none.
    private static let longest = ClaimRecord.largest + 70_000

    package init(_ store: any ObjectStore, _ secret: FleetSecret, writer: String) {
        (self.store, self.secret, self.writer) = (store, secret, writer)
        sealed = SealedObjects(store, secret, writer: writer)
    }

    // MARK: Claims

    /// Throws why the store could not be asked.
    package func read(_ job: ObjectNames.Name, within: Duration) async throws(ObjectStoreError) -> ClaimSeen {
        let found: SealedObjects.Found
        do throws(ObjectStoreError) {
            found = try await sealed.read(.claim(job), limit: Self.longest, within: within)
        } catch {
            switch error.kind {
            case .tooLarge: return .damaged("it is larger than any claim")
            case .beyondEnd: return .damaged("it is empty")
            default: throw error
            }
        }
        switch found {
        case .absent: return .absent
        case .unchanged: return .unreachable
        case .rejected(let reason, _): return .damaged(reason.word)
        case .opened(let version):
            do throws(ClaimRecord.Unreadable) {
                return .record(try ClaimRecord(contents: version.contents), version.facts.etag)
            } catch {
                switch error {
                case .other: return .damaged("another version of this program wrote it")
                case .noRecord: return .damaged("it opens, and is no claim")
                }
            }
        }
    }

    /// Throws what is certain not to have been done.
    package func write(
        _ record: ClaimRecord, of job: ObjectNames.Name, _ condition: WriteCondition, within: Duration
    ) async throws(ObjectStoreError) -> ClaimWritten {
        guard let contents = record.contents else { return .refused }
        let written = try await sealed.write(
            contents, as: .claim(job), sequence: record.epoch, condition, within: within)
        switch written {
        case .done(let etag): return .done(etag)
        case .lost: return .lost
        case .unclear: return .unclear
        }
    }

    // MARK: Results

    /// Puts a result under a name that nobody else has, and reads its beginning back. False when it is not there then.
    /// - Parameter nonce: 16 random bytes as hexadecimal digits.
    package func put(
        _ contents: any BodySource, as nonce: String, of job: ObjectNames.Name, within: Duration
    ) async throws(ObjectStoreError) -> Bool {
        guard let key = ObjectKey.result(job, nonce: nonce) else { return false }
        let sealer: ObjectSealer
        do throws(SealError) { sealer = try ObjectSealer(key, SealedHeader(writer: writer), secret.first) } catch {
            throw ObjectStoreError(.notTaken, "\(key) cannot be sealed: \(error)")
        }
        do throws(ObjectStoreError) {
            _ = try await store.put(key, .all(of: SealedSource(contents, sealer)), .none, within: within)
        } catch {
            // What a lost answer leaves open is seen below.
            guard error.mayHaveBeenDone else { throw error }
        }
        return try await has(key, size: contents.length, within: within)
    }

    /// Whether the object that a delivery names is there, as far as its beginning and its length say.
    package func has(
        _ delivery: ClaimRecord.Delivery, of job: ObjectNames.Name, within: Duration
    ) async throws(ObjectStoreError) -> Bool {
        guard let key = ObjectKey.result(job, nonce: delivery.object) else { return false }
        return try await has(key, size: ByteCount(delivery.size), within: within)
    }

    private func has(
        _ key: ObjectKey, size: ByteCount, within: Duration
    ) async throws(ObjectStoreError) -> Bool {
        let last = UInt64(ObjectOpener.longestHead) -| 1
        do throws(ObjectStoreError) {
            let read = try await store.get(
                key, range: ByteRange(first: 0, last: last), .none, limit: ObjectOpener.longestHead, within: within)
            guard case .bytes(let head, let facts) = read else { return false }
            return (try? ObjectOpener(key, head: head, total: facts.size, secret))?.size == size
        } catch {
            guard error.kind == .absent || error.kind == .beyondEnd else { throw error }
            return false
        }
    }

    /// Reads a result, a piece at a time as it opens, and compares all of it with what was delivered.
    /// - Parameter take: given each piece with where it belongs, on the transfer engine's thread. What it throws ends the reading with
    ///   `.notTaken`.
    package func bring(
        _ delivery: ClaimRecord.Delivery, of job: ObjectNames.Name, within: Duration,
        take: @escaping @Sendable (_ contents: [UInt8], _ offset: ByteCount) throws -> Void
    ) async throws(ObjectStoreError) -> Arrival {
        guard let key = ObjectKey.result(job, nonce: delivery.object) else { return .missing }
        let arriving = Arriving()
        let sink = OpeningSink(key, secret) { opener in
            guard opener.size == ByteCount(delivery.size) else { throw SealError.wrongLength }
            arriving.state.withLock { $0 = Arriving.State() }
        } take: { contents, offset in
            arriving.state.withLock { $0.digest.update(data: contents) }
            do { try take(contents, offset) } catch {
                arriving.state.withLock { $0.isRefused = true }
                throw error
            }
        }
        do throws(ObjectStoreError) {
            _ = try await store.get(key, range: nil, .none, into: sink, within: within)
        } catch {
            switch error.kind {
            case .absent: return .missing
            case .beyondEnd: return .damaged("it is empty")
            case .notTaken where !arriving.state.withLock({ $0.isRefused }): return .damaged("it does not open")
            default: throw error
            }
        }
        guard sink.isComplete else { return .damaged("it is cut") }
        let digest = arriving.state.withLock { HexText.text(Array($0.digest.finalize())) }
        return digest == delivery.sha256 ? .whole : .damaged("it is not what was delivered")
    }

    /// What is to be said of a result that is there, and that nobody has spoken of: all of it is read. Nil when it does not open whole.
    package func examine(
        _ nonce: String, of job: ObjectNames.Name, within: Duration
    ) async throws(ObjectStoreError) -> ClaimRecord.Delivery? {
        guard let key = ObjectKey.result(job, nonce: nonce) else { return nil }
        let arriving = Arriving()
        let sink = OpeningSink(key, secret) { opener in
            arriving.state.withLock { $0 = Arriving.State(opener: opener) }
        } take: { contents, _ in
            arriving.state.withLock { $0.digest.update(data: contents) }
        }
        let facts: ObjectFacts?
        do throws(ObjectStoreError) {
            facts = try await store.get(key, range: nil, .none, into: sink, within: within)
        } catch {
            guard error.kind == .notTaken || error.kind == .absent || error.kind == .beyondEnd else { throw error }
            return nil
        }
        let state = arriving.state.withLock { $0 }
        guard sink.isComplete, let opener = state.opener else { return nil }
        return ClaimRecord.Delivery(
            object: nonce, size: opener.size.bytes, sha256: HexText.text(Array(state.digest.finalize())),
            machine: opener.header.machine, time: facts?.modified ?? 0)
    }

    private final class Arriving: Sendable {
        struct State {
            var digest = SHA256()
            var opener: ObjectOpener?
            /// Whoever takes the bytes does not.
            var isRefused = false
        }

        let state = Mutex(State())
    }
}
