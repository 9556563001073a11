import Quantities
import Synchronization
import Transfer

/// Tries out what an engine's promises are worth, by many writers at once, below `check/` of a store; what it wrote is removed again.
package struct StoreCheck: Sendable {
    /// What was tried.
    package enum Trial: String, Sendable, CaseIterable {
        /// An object that is not there is said not to be there.
        case absence
        /// What was written is read at once.
        case readAfterWrite = "read_after_write"
        /// Of many who write what is absent, one wins.
        case putIfAbsent = "put_if_absent"
        /// Of many who replace the same version, one wins.
        case putIfUnchanged = "put_if_unchanged"
        /// A second one is told that it came too late.
        case refusal = "second_refused"
        /// A copy onto itself makes an object new.
        case renewal = "copy_renews"
        /// An object is removed only if it is still the version that was seen.
        case conditionalDelete = "delete_if_unchanged"
    }

    package struct Outcome: Sendable, Hashable {
        package let trial: Trial
        package let isPassed: Bool
        /// One sentence without its end: what was seen.
        package let words: String
    }

    /// Writers at once, and how often.
    private static let racers = 8
    private static let rounds = 4

    private let store: any ObjectStore
    private let time: StoreTime
    private let within: Duration
    private let nonce: String
    private let written = Written()

    /// - Parameter within: bounds each of its requests.
    package init(_ store: any ObjectStore, within: Duration, time: StoreTime = .system) {
        (self.store, self.within, self.time) = (store, within, time)
        nonce = SealedHeader.randomNonce()
    }

    /// Trials in their order, all of them or some. Throws what keeps all of them from being made: no way to the engine, no such bucket, no right.
    package func run(
        only trials: Set<Trial> = Set(Trial.allCases), _ said: @Sendable (Outcome) -> Void = { _ in }
    ) async throws(ObjectStoreError) -> [Outcome] {
        do throws(ObjectStoreError) {
            _ = try await store.get(
                .description, range: nil, .none, limit: StoreDescription.largest, within: within)
        } catch {
            guard error.kind == .absent || error.kind == .tooLarge else { throw error }
        }
        let first = try key("first")
        _ = try await store.put(first, .bytes(body(0)), .none, within: within)
        written.add(first)
        var outcomes: [Outcome] = []
        for trial in Trial.allCases where trials.contains(trial) {
            let outcome: Outcome
            do throws(ObjectStoreError) {
                let words = try await words(of: trial)
                outcome = Outcome(trial: trial, isPassed: words.isPassed, words: words.text)
            } catch {
                if error.kind == .cancelled { throw error }
                outcome = Outcome(trial: trial, isPassed: false, words: error.message)
            }
            outcomes.append(outcome)
            said(outcome)
        }
        await removeWritten()
        return outcomes
    }

    private func words(of trial: Trial) async throws(ObjectStoreError) -> (isPassed: Bool, text: String) {
        switch trial {
        case .absence: try await absence()
        case .readAfterWrite: try await readAfterWrite()
        case .putIfAbsent: try await putIfAbsent()
        case .putIfUnchanged: try await putIfUnchanged()
        case .refusal: try await refusal()
        case .renewal: try await renewal()
        case .conditionalDelete: try await conditionalDelete()
        }
    }

    // MARK: Trials

    private func absence() async throws(ObjectStoreError) -> (Bool, String) {
        do throws(ObjectStoreError) {
            _ = try await read(try key("never"))
        } catch {
            guard error.kind == .absent else { throw error }
            return (true, "an object that is not there is said not to be there")
        }
        return (false, "an object exists that nobody wrote")
    }

    private func readAfterWrite() async throws(ObjectStoreError) -> (Bool, String) {
        let key = try key("read")
        written.add(key)
        let count = 20
        var stale = 0
        for _ in 0..<count {
            let body = body(0)
            _ = try await store.put(key, .bytes(body), .none, within: within)
            if try await read(key).bytes != body { stale += 1 }
        }
        return (stale == 0, "\(stale) of \(count) readings were stale")
    }

    private func putIfAbsent() async throws(ObjectStoreError) -> (Bool, String) {
        try await race("absent") { (_: ObjectKey) throws(ObjectStoreError) in .ifAbsent }
    }

    private func putIfUnchanged() async throws(ObjectStoreError) -> (Bool, String) {
        try await race("unchanged") { (key: ObjectKey) throws(ObjectStoreError) in
            .ifStill(try await store.put(key, .bytes(body(0)), .none, within: within))
        }
    }

    /// Writers of one object under the same condition, all at once, several times.
    private func race(
        _ name: String, _ condition: (ObjectKey) async throws(ObjectStoreError) -> WriteCondition
    ) async throws(ObjectStoreError) -> (Bool, String) {
        var wins: [Int] = []
        for round in 0..<Self.rounds {
            let key = try key("\(name)-\(round)")
            written.add(key)
            let condition = try await condition(key)
            let bodies = (1...Self.racers).map(body)
            let winners = await withTaskGroup(of: Int?.self) { group in
                for (number, body) in bodies.enumerated() {
                    group.addTask { [store, within] in
                        let etag = try? await store.put(key, .bytes(body), condition, within: within)
                        return etag.map { _ in number }
                    }
                }
                return await group.reduce(into: [Int]()) { if let winner = $1 { $0.append(winner) } }
            }
            let there = try await read(key).bytes
            // Whose answer was lost may have won too: what is there decides.
            let isTheirs = winners.allSatisfy { bodies[$0] == there } && bodies.contains(there)
            guard winners.count <= 1, isTheirs else {
                return (false, "\(max(winners.count, 1)) of \(Self.racers) writers were told that they had won")
            }
            wins.append(winners.count)
        }
        return (wins.contains(1), "of \(Self.racers) writers at once one won, \(Self.rounds) times")
    }

    private func refusal() async throws(ObjectStoreError) -> (Bool, String) {
        let key = try key("second")
        written.add(key)
        let first = try await store.put(key, .bytes(body(1)), .ifAbsent, within: within)
        _ = try await store.put(key, .bytes(body(2)), .ifStill(first), within: within)
        for condition in [WriteCondition.ifAbsent, .ifStill(first)] {
            do throws(ObjectStoreError) {
                _ = try await store.put(key, .bytes(body(3)), condition, within: within)
                return (false, "a writer who came too late was told that it had won")
            } catch {
                guard error.kind == .conditionFailed else { throw error }
            }
        }
        return (true, "writers who came too late were told so")
    }

    private func renewal() async throws(ObjectStoreError) -> (Bool, String) {
        let key = try key("renewed")
        written.add(key)
        let etag = try await store.put(key, .bytes(body(1)), .none, within: within)
        let before = try await read(key)
        // Engines have whole seconds.
        do { try await time.sleep(.milliseconds(1100)) } catch { throw ObjectStoreError(.cancelled, "it was given up") }
        try await store.renew(key, etag, within: within)
        let after = try await read(key)
        guard after.bytes == before.bytes else { return (false, "a copy onto itself changed the object") }
        guard let old = before.facts.modified, let new = after.facts.modified else {
            return (false, "the engine does not say when an object was written")
        }
        return (
            new > old,
            new > old
                ? "a copy onto itself makes an object new" : "a copy onto itself leaves an object as old as it was"
        )
    }

    private func conditionalDelete() async throws(ObjectStoreError) -> (Bool, String) {
        let key = try key("removed")
        written.add(key)
        let old = try await store.put(key, .bytes(body(1)), .none, within: within)
        let new = try await store.put(key, .bytes(body(2)), .none, within: within)
        do throws(ObjectStoreError) {
            try await store.delete(key, .ifStill(old), within: within)
            return (false, "an object was removed that was another version by then")
        } catch {
            guard error.kind == .conditionFailed else { throw error }
        }
        try await store.delete(key, .ifStill(new), within: within)
        return (true, "an object is removed only if it is still what it was")
    }

    // MARK: Objects

    private func key(_ name: String) throws(ObjectStoreError) -> ObjectKey {
        guard let key = ObjectKey.check(nonce, name) else {
            throw ObjectStoreError(.notSupported, "there is no such name")
        }
        return key
    }

    /// Never the same twice.
    private func body(_ writer: Int) -> [UInt8] { Array("\(writer) \(SealedHeader.randomNonce())".utf8) }

    private func read(_ key: ObjectKey) async throws(ObjectStoreError) -> (bytes: [UInt8], facts: ObjectFacts) {
        guard
            case .bytes(let bytes, let facts) = try await store.get(key, range: nil, .none, limit: 4096, within: within)
        else { throw ObjectStoreError(.invalidAnswer, "the engine says that \(key) is unchanged, and nobody asked") }
        return (bytes, facts)
    }

    private func removeWritten() async {
        for key in written.keys { try? await store.delete(key, .none, within: within) }
    }

    private final class Written: Sendable {
        private let state = Mutex<[ObjectKey]>([])
        var keys: [ObjectKey] { state.withLock { $0 } }
        func add(_ key: ObjectKey) { state.withLock { $0.append(key) } }
    }
}

extension Sequence<StoreCheck.Outcome> {
    private func arePassed(_ trials: StoreCheck.Trial...) -> Bool {
        let passed = Set(filter(\.isPassed).map(\.trial))
        return trials.allSatisfy(passed.contains)
    }

    /// Content can be shared: what is there is found, and what is not is said to be absent.
    package var canShare: Bool { arePassed(.absence, .readAfterWrite) }

    /// What is fetched once can be claimed: of many who write at once one wins, and the others know.
    package var canClaim: Bool { canShare && arePassed(.putIfAbsent, .putIfUnchanged, .refusal) }

    /// A rule that removes what is old leaves what is used.
    package var canRenew: Bool { arePassed(.renewal) }

    package var conditionalWrites: StoreDescription.ConditionalWrites { canClaim ? .atomic : .none }
}
