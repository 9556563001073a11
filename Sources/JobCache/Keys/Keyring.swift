package import ArtifactStore
import Logging
package import PulseAPI
import Synchronization
import System

/// The one owner of which key is in use and whether it is good.
///
/// `KeyWatch` decides; here are the lock, the question to the API, the key's source and the record in the cache. The lock
/// is taken last: nothing is called while it is held.
package final class Keyring: KeySource {
    /// What changed for those who hold something that the key read.
    package enum Change: Sendable, Hashable {
        case closed
        case opened
        case replaced
    }

    private struct State {
        var inUse: KeyInUse
        var watch: KeyWatch
        /// What was last said about the key's source, so that it is said once.
        var complaint: String?
        /// The file that the key comes from, as it was when it was last read; nil before that.
        var version: FileVersion?
        var ask: Question = { _, _ in (.unknown("the API is not asked yet"), .zero) }
        var observer: @Sendable (Change) -> Void = { _ in }
        /// What follows from the check before the mount.
        var confirmation: Task<Void, Never>?
        /// When the program that prints the key last ran.
        var commanded: ContinuousClock.Instant?
    }

    /// What the API says of a key, and how long ago it did. A key that is in doubt is asked about now.
    package typealias Question = @Sendable (APIKey, _ isDoubted: Bool) async -> (verdict: KeyVerdict, age: Duration)

    private enum Check {
        case usual
        case doubt
    }

    private let source: (any KeyOrigin)?
    private let store: ArtifactStore
    private let origin: String
    private let events: EventLog
    private let time: LibraryTime
    private let state: Mutex<State>
    private let checks = Flights<Check, Void>()

    /// `source` is nil for a key that stays what it is.
    package init(
        _ key: APIKey, from source: (any KeyOrigin)? = nil, store: ArtifactStore, origin: APIOrigin,
        rules: KeyRules = KeyRules(), events: EventLog = EventLog(), time: LibraryTime = LibraryTime()
    ) {
        self.source = source
        self.store = store
        self.origin = origin.description
        self.events = events
        self.time = time
        let fingerprint = key.withSecret { store.fingerprint(ofKey: $0) }
        let memory = Self.memory(of: fingerprint, store, origin.description, at: time.now())
        state = Mutex(
            State(
                inUse: KeyInUse(key: key, fingerprint: fingerprint, generation: 0),
                watch: KeyWatch(rules, memory: memory, at: time.clock())))
    }

    /// Lets the keyring ask about keys. The client is not kept alive.
    package func ask(_ client: any JobService) {
        ask { [weak client] key, _ in (await client?.check(key) ?? .unknown("the mount is ending"), .zero) }
    }

    package func ask(_ question: @escaping Question) { state.withLock { $0.ask = question } }

    /// One observer, called after the change, on whatever thread.
    package func observe(_ observer: @escaping @Sendable (Change) -> Void) {
        state.withLock { $0.observer = observer }
    }

    /// Ends a check under way within `grace`.
    package func close(grace: Duration) async {
        await checks.close(grace: grace)
        await state.withLock { $0.confirmation }?.value
    }

    // MARK: What is so now

    package var inUse: KeyInUse { state.withLock { $0.inUse } }
    package var key: APIKey? { inUse.key }
    package var generation: UInt64 { state.withLock { $0.inUse.generation } }

    /// What `KeyWatch.word` says.
    package var word: String { state.withLock { $0.watch.word } }

    /// Whether what only a good key reads is shown, as far as is known without asking anyone.
    package var isOpen: Bool { state.withLock { $0.watch.door } == .open }

    /// Why nothing is shown that only a good key reads; nil when it is, or someone is to be asked first.
    package var closed: Failure? {
        if case .closed(let reason, let words) = state.withLock({ $0.watch.door }) {
            Failure(reason, words)
        } else {
            nil
        }
    }

    /// Whether what only a good key reads may be shown to someone who wants it now.
    package func door() -> KeyWatch.Door { state.withLock { $0.watch.asked() } }

    // MARK: Checks

    /// To be called about once a second. `isInUse` says that the kernel holds something. A file that has changed is read,
    /// and another key in it is asked about at once.
    package func tick(isInUse: Bool) async {
        if source?.version != state.withLock({ $0.version }), await renew() { return await check() }
        var isDue = false
        await change { state in
            let outcome = state.watch.tick(at: time.clock(), isInUse: isInUse)
            isDue = outcome.isDue
            return outcome.effects
        }
        if isDue { await check() }
    }

    /// Looks where the key comes from and asks the API about it, once for all who want to know. Returns early when the
    /// caller is cancelled.
    package func check() async { await check(.usual) }

    private func check(_ check: Check) async {
        do throws(Failure) {
            try await checks.join(check) { _ throws(Failure) in await self.checkNow(isDoubted: check == .doubt) }
        } catch {
            // The caller left, or the mount is ending: who looks at the door next sees what is so then.
        }
    }

    /// Before a mount is made: what the API says of the key within `patience`, unless it called it good not long ago. A
    /// refusal closes nothing, as nothing is open yet, and is remembered.
    package func confirm(within patience: Duration) async -> KeyVerdict {
        if word == "good" { return .good }
        let (ask, inUse, isRefused) = state.withLock { state in
            state.watch.began()
            return (state.ask, state.inUse, state.watch.isRefused)
        }
        let answer = await withTaskGroup(of: (verdict: KeyVerdict, age: Duration)?.self) { group in
            group.addTask { await ask(inUse.key, isRefused) }
            group.addTask {
                try? await Task.sleep(for: patience)
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
        let verdict = answer?.verdict ?? .unknown("it has not answered within \(patience.components.seconds) s")
        if case .refused = verdict {
            await remember(true, of: inUse.fingerprint)
        } else {
            let effects = apply { $0.watch.ended(verdict, age: answer?.age ?? .zero, at: time.clock()) }
            // The mount does not wait until the disk has it; the end of the mount does.
            let confirmation = Task { await carryOut(effects) }
            state.withLock { $0.confirmation = confirmation }
        }
        return verdict
    }

    private func checkNow(isDoubted: Bool) async {
        state.withLock { $0.watch.began() }
        if !isFromProgram { _ = await renew() }
        // What the API has said against a key, it alone takes back.
        let (ask, key, isRefused) = state.withLock { ($0.ask, $0.inUse.key, $0.watch.isRefused) }
        let isDoubted = isDoubted || isRefused
        var answer = await ask(key, isDoubted)
        // A program may ask its user for something, so it runs only when the key is of no use any more.
        if case .refused = answer.verdict, mayCommand(), await renew() {
            answer = await ask(inUse.key, isDoubted)
        }
        let (verdict, age) = answer
        await change { $0.watch.ended(verdict, age: age, at: time.clock()) }
    }

    /// Between two runs of the program that prints the key, while the API refuses what it printed.
    private static let pauseBetweenCommands = Duration.seconds(60)

    private var isFromProgram: Bool { source?.isProgram ?? false }

    private func mayCommand() -> Bool {
        isFromProgram
            && state.withLock { state in
                if let last = state.commanded, last + Self.pauseBetweenCommands > time.clock() { return false }
                state.commanded = time.clock()
                return true
            }
    }

    /// Takes the key from its source again; whether it is another. What cannot be read there changes nothing, and is said
    /// once.
    private func renew() async -> Bool {
        // Before the file is read: what becomes of it meanwhile is another version.
        let version = source?.version
        state.withLock { $0.version = version }
        let found: APIKey?
        do throws(KeyUnreadable) { found = try await source?.readAside() } catch {
            let isNew = state.withLock { state in
                defer { state.complaint = error.message }
                return state.complaint != error.message
            }
            if isNew {
                MountLog.mount.warning("the key in use stays in use", metadata: ["reason": "\(error)"])
                events.record(.keyUnreadable, message: error.message)
            }
            return false
        }
        guard let found else { return false }
        let isKnown = state.withLock { state in
            state.complaint = nil
            return state.inUse.key == found
        }
        if !isKnown { await replace(with: found) }
        return !isKnown
    }

    private func replace(with key: APIKey) async {
        let fingerprint = key.withSecret { store.fingerprint(ofKey: $0) }
        let memory = Self.memory(of: fingerprint, store, origin, at: time.now())
        await change { state in
            state.inUse = KeyInUse(key: key, fingerprint: fingerprint, generation: state.inUse.generation &+ 1)
            return state.watch.replaced(memory: memory, at: time.clock())
        }
        MountLog.mount.notice("another API key is in use", metadata: ["key": "\(fingerprint)"])
        events.record(.keyReplaced, message: "another API key is in use")
        state.withLock { $0.observer }(.replaced)
    }

    // MARK: What requests meet

    package func wasAccepted(_ key: APIKey) async {
        await change { $0.inUse.key == key ? $0.watch.accepted(at: time.clock()) : [] }
    }

    /// One refused request may be a mistake of the API: so the key itself is checked, and its source is looked at first.
    package func wasRefused(_ key: APIKey) async -> APIKey? {
        let (current, isRefused) = state.withLock { ($0.inUse.key, $0.watch.isRefused) }
        if current == key, !isRefused { await check(.doubt) }
        return state.withLock { state in
            state.inUse.key == key || state.watch.isRefused ? nil : state.inUse.key
        }
    }

    // MARK: Effects

    /// What is to be done after a change, for the key and the observer of that moment.
    private struct Aftermath: Sendable {
        let effects: [KeyWatch.Effect]
        let inUse: KeyInUse
        let observer: @Sendable (Change) -> Void
    }

    private func change(_ event: (inout State) -> [KeyWatch.Effect]) async { await carryOut(apply(event)) }

    private func apply(_ event: (inout State) -> [KeyWatch.Effect]) -> Aftermath {
        state.withLock { state in
            let effects = event(&state)
            if effects.contains(where: { $0.movesDoor }) { state.inUse.generation &+= 1 }
            return Aftermath(effects: effects, inUse: state.inUse, observer: state.observer)
        }
    }

    private func carryOut(_ aftermath: Aftermath) async {
        let (inUse, observer) = (aftermath.inUse, aftermath.observer)
        for effect in aftermath.effects {
            switch effect {
            case .remember(let refused): await remember(refused, of: inUse.fingerprint)
            case .close(let words):
                MountLog.mount.warning(
                    "access is closed, because the API refuses the key",
                    metadata: ["key": "\(inUse.fingerprint)", "reason": "\(words)"])
                events.record(.keyClosed, message: words)
                observer(.closed)
            case .open:
                MountLog.mount.notice(
                    "access is open again", metadata: ["key": "\(inUse.fingerprint)"])
                events.record(.keyOpened, message: "access is open again")
                observer(.opened)
            }
        }
    }

    private func remember(_ isRefused: Bool, of fingerprint: KeyFingerprint) async {
        let credential = StoredCredential(checkedAt: time.now(), isRefused: isRefused)
        do throws(StoreError) {
            try await store.record(credential, of: fingerprint, origin: origin)
        } catch {
            MountLog.cache.warning("what the API said of the key is not kept", metadata: ["reason": "\(error)"])
        }
    }

    /// Nothing when the cache cannot be read: the API is asked in time.
    private static func memory(
        of fingerprint: KeyFingerprint, _ store: ArtifactStore, _ origin: String, at date: Timestamp
    ) -> KeyWatch.Memory? {
        guard let known = (try? store.credential(of: fingerprint, origin: origin)) ?? nil else { return nil }
        return KeyWatch.Memory(age: known.checkedAt.age(at: date), isRefused: known.isRefused)
    }
}

extension KeyWatch.Effect {
    fileprivate var movesDoor: Bool {
        switch self {
        case .close, .open: true
        case .remember: false
        }
    }
}
