import ArtifactStore
import PulseAPI
import Quantities
import Synchronization
import Transfer

/// Takes the answers to a link that works once into the claim's document, one answer after the other: what has come is
/// never given up for what may come.
///
/// Bytes that are there already are compared with those that come and stay where they are. Where the two differ the server
/// sends another version: what was there is copied aside before it is cut off. When the disk does not take bytes, they are
/// held in memory, up to a bound; then the server is kept waiting. Room is made meanwhile, and looked for again and again;
/// when there is none after a moment, the document goes on outside the cache.
///
/// One answer at a time; its callbacks come on the engine's thread.
final class SingleUseDownload: BodySink {
    /// Why an answer is not taken.
    struct Refusal: Error {
        let words: String
    }

    private struct State {
        var document: SpoolFile
        /// Outside the cache.
        var isRescued = false
        /// Where the next byte of the answer belongs that was not placed yet.
        var position: UInt64 = 0
        /// Bytes in the document, of this answer or one before it.
        var end: UInt64
        /// What the document's bytes belong to.
        var facts: PartFacts
        /// What this answer said of itself, entered as soon as bytes of it stand in the document.
        var answer = PartFacts()
        /// The first byte that was asked for.
        var wanted: UInt64 = 0
        /// Bytes that came and are not in the document yet, in order.
        var unplaced: [[UInt8]] = []
        var unplacedCount = 0
        /// Why the document does not take them.
        var trouble: StoreError?
        var flow: TransferFlow?
        var isPaused = false
        var hasBegun = false
        var hasRefused = false
        var relief: Task<Void, Never>?
        /// Writes down what the document's bytes belong to.
        var noting: Task<Void, Never>?
        /// There is nothing more to come.
        var isWhole = false
    }

    /// Bytes that are held in memory while the disk takes none.
    private static let mostInMemory = 32 << 20
    /// Between two looks for room.
    private static let firstPause = Duration.milliseconds(50)
    private static let longestPause = Duration.milliseconds(500)
    /// Room is looked for in the cache alone for so long.
    private static let patience = Duration.seconds(1)

    private let claim: SingleUseClaim
    private let store: ArtifactStore
    private let progress: SingleUseProgress
    private let state: Mutex<State>

    init(into claim: SingleUseClaim, in store: ArtifactStore, _ progress: SingleUseProgress) {
        self.claim = claim
        self.store = store
        self.progress = progress
        state = Mutex(
            State(document: claim.document, end: claim.leftover, facts: claim.leftoverFacts ?? PartFacts()))
    }

    deinit { state.withLock { $0.relief }?.cancel() }

    /// What to ask for: nil for all, or what is missing of a file that the server can tell from another.
    var missingPart: FilePart? {
        state.withLock { state in
            guard state.end > 0, let validator = state.facts.validator else { return nil }
            if let announced = state.facts.announced, state.end >= announced { return nil }
            return FilePart(from: state.end, validator: validator)
        }
    }

    /// What has come stands outside the cache.
    var isRescued: Bool { state.withLock { $0.isRescued } }

    /// The server knows no such part: all of it is asked for next.
    func forgetValidator() { state.withLock { $0.facts.validator = nil } }

    /// Bytes in the document, or in memory on their way into it.
    var received: UInt64 { state.withLock { $0.end +| UInt64($0.unplacedCount) } }

    /// An answer has begun since `begin`.
    var hasBegun: Bool { state.withLock { $0.hasBegun } }

    /// The last answer was not the part that was asked for.
    var hasRefused: Bool { state.withLock { $0.hasRefused } }

    /// Another request is about to be sent. What was in memory is in the document by now, or is asked for again.
    func begin(_ part: FilePart?) {
        state.withLock { state in
            state.wanted = part?.range.first ?? 0
            state.position = state.wanted
            (state.unplaced, state.unplacedCount) = ([], 0)
            (state.hasBegun, state.hasRefused) = (false, false)
        }
    }

    // MARK: The engine's thread

    func receive(head: ResponseHead, flow: TransferFlow) throws {
        let announcement = FileAnnouncement(head)
        var first: UInt64 = 0
        var length = head.contentLength?.bytes
        let validator = announcement.validators.condition
        if head.status == 206 {
            guard let range = head.contentRange else {
                state.withLock { $0.hasRefused = true }
                throw Refusal(words: "a part came that does not say which it is")
            }
            first = range.first.bytes
            length = range.total?.bytes
        }
        let wish = try state.withLock { state -> UInt64? in
            state.hasRefused = true
            if head.status == 206 {
                if let known = state.facts.validator, let new = validator, known != new {
                    throw Refusal(words: "the part is of another version than what has come")
                }
                guard first == state.wanted else { throw Refusal(words: "another part came than was asked for") }
                if let known = state.facts.announced, let length, known != length {
                    throw Refusal(words: "the file has another length than when its first part came")
                }
            }
            state.position = first
            state.answer = PartFacts(validator: validator, announced: length)
            if head.status == 206 { state.answer.validator = validator ?? state.facts.validator }
            (state.flow, state.hasBegun, state.hasRefused, state.isPaused) = (flow, true, false, false)
            return length
        }
        progress.expect(wish)
        progress.note(.arriving, received: received)
        guard let wish else { return }
        do throws(StoreError) { try state.withLock({ $0.document }).reserve(wish) } catch {
            state.withLock { $0.trouble = error }
            look(for: wish)
        }
    }

    func receive(body: RawSpan) throws -> BodyDemand {
        let bytes = body.withUnsafeBytes { Array($0) }
        let isHeld = state.withLock { state -> Bool? in
            guard state.trouble != nil else { return nil }
            guard state.unplacedCount + bytes.count <= Self.mostInMemory else {
                state.isPaused = true
                return false
            }
            state.unplaced.append(bytes)
            state.unplacedCount += bytes.count
            return true
        }
        if let isHeld { return isHeld ? .more : .pause }
        do throws(StoreError) {
            try place(bytes)
            progress.note(.arriving, received: state.withLock { $0.position })
        } catch {
            state.withLock { state in
                state.trouble = error
                state.unplaced = [bytes]
                state.unplacedCount = bytes.count
            }
            look(for: nil)
        }
        return .more
    }

    // MARK: The document

    /// Puts bytes where they belong. Called by one thread at a time. Blocks on the disk.
    private func place(_ bytes: [UInt8]) throws(StoreError) {
        var (position, end) = state.withLock { ($0.position, $0.end) }
        let document = state.withLock { $0.document }
        var rest = bytes[...]
        if position < end {
            let known = Int(min(UInt64(rest.count), end -| position))
            let same = try document.commonPrefix(with: rest.prefix(known), at: position)
            if same < known {
                try keepOther(from: position +| UInt64(same), end, document)
                end = position +| UInt64(same)
            }
            position +|= UInt64(same)
            rest = rest.dropFirst(same)
        }
        let answer = state.withLock { $0.answer }
        if !rest.isEmpty {
            let isNew = document === claim.document && answer != state.withLock { $0.facts }
            // What stands there already belongs to something else: that is said first. Else the bytes go first, as they
            // will not come again, and what they belong to is written while more arrive.
            if isNew, position > 0 { try claim.note(answer) }
            try document.write(rest, at: position)
            if isNew, position == 0 { noteLater(answer) }
            position +|= UInt64(rest.count)
        }
        state.withLock { state in
            if !rest.isEmpty { state.facts = answer }
            state.position = position
            state.end = max(end, position)
        }
    }

    private func noteLater(_ facts: PartFacts) {
        let (claim, store) = (claim, store)
        state.withLock { state in
            state.noting = Task {
                // Without it the part is asked for anew: nothing is lost.
                _ = try? await store.onDisk { () throws(StoreError) in try claim.note(facts) }
            }
        }
    }

    /// The document goes on otherwise than what comes: all of it is kept aside, if there is room, and cut off there.
    private func keepOther(from position: UInt64, _ end: UInt64, _ document: SpoolFile) throws(StoreError) {
        if document === claim.document { store.keepAside(claim, first: end) }
        try document.cut(to: position)
        state.withLock { $0.end = position }
    }

    // MARK: Room

    private func look(for wish: UInt64?) {
        state.withLock { state in
            guard state.relief == nil else { return }
            state.relief = Task { [weak self] in await Self.relieve(self, wish) }
        }
    }

    private static func relieve(_ download: SingleUseDownload?, _ wish: UInt64?) async {
        var pause = firstPause
        let begin = ContinuousClock.now
        while !Task.isCancelled, let download {
            if begin.duration(to: .now) > patience { await download.leaveCache(wish) }
            if await download.findsRoom(wish) { return }
            try? await Task.sleep(for: pause)
            pause = min(pause * 2, longestPause)
        }
    }

    /// Goes on outside the cache, if there is a place; else all stays as it is.
    private func leaveCache(_ wish: UInt64?) async {
        let (claim, store) = (claim, store)
        let (isRescued, end, waiting) = state.withLock { ($0.isRescued, $0.end, UInt64($0.unplacedCount)) }
        guard !isRescued else { return }
        let wanted = max(wish ?? 0, end +| waiting) +| Self.margin
        let moved = try? await store.onDisk { () throws(StoreError) in
            try store.rescue(claim, first: end, reserving: wanted)
        }
        guard let moved else { return }
        state.withLock { ($0.document, $0.isRescued) = (moved, true) }
    }

    /// Bytes beyond those that are known of.
    private static let margin: UInt64 = 1 << 20

    /// Makes room and brings what waits in memory into the document. True when nothing waits any more.
    private func findsRoom(_ wish: UInt64?) async -> Bool {
        let (claim, waiting) = (claim, state.withLock { UInt64($0.unplacedCount) })
        do throws(StoreError) {
            if !isRescued {
                try await store.reserve(max(wish ?? 0, state.withLock { $0.end } +| waiting), for: claim)
            }
            while let bytes = state.withLock({ $0.unplaced.first }) {
                try await store.onDisk { [self] () throws(StoreError) in try place(bytes) }
                state.withLock { state in
                    state.unplaced.removeFirst()
                    state.unplacedCount -= bytes.count
                }
            }
        } catch {
            state.withLock { $0.trouble = error }
            progress.note(.starved(error, isWhole: state.withLock { $0.isWhole }), received: received)
            return false
        }
        let (isEmpty, flow) = state.withLock { state -> (Bool, TransferFlow?) in
            // More may have come meanwhile.
            guard state.unplaced.isEmpty else { return (false, nil) }
            (state.trouble, state.relief) = (nil, nil)
            defer { state.isPaused = false }
            return (true, state.isPaused ? state.flow : nil)
        }
        if isEmpty {
            progress.note(.arriving, received: received)
            flow?.resume()
        }
        return isEmpty
    }

    /// Returns when all that has come is in the document. `isWhole` says that there is nothing more to come. Throws when the
    /// caller is cancelled before.
    func settle(isWhole: Bool) async throws(StoreError) {
        state.withLock { $0.isWhole = isWhole }
        await state.withLock { $0.noting }?.value
        while true {
            let (trouble, relief) = state.withLock { ($0.trouble, $0.relief) }
            guard let trouble, let relief else { break }
            progress.note(.starved(trouble, isWhole: isWhole), received: received)
            await withTaskCancellationHandler {
                await relief.value
            } onCancel: {
                relief.cancel()
            }
            if Task.isCancelled { throw trouble }
        }
        guard isWhole else { return }
        let (position, end, document) = state.withLock { ($0.position, $0.end, $0.document) }
        // A whole answer that is the beginning of what was there before.
        if position < end {
            let (claim, store) = (claim, store)
            try await store.onDisk { () throws(StoreError) in
                if document === claim.document { store.keepAside(claim, first: end) }
                try document.cut(to: position)
            }
            state.withLock { $0.end = position }
        }
    }

    /// All of the answer is in the document: its length is written down, so that it is known as whole after a crash.
    func finish() async throws(StoreError) {
        let (claim, store) = (claim, store)
        let (document, facts) = state.withLock {
            ($0.document, PartFacts(validator: $0.answer.validator, length: $0.end))
        }
        try await store.onDisk { () throws(StoreError) in
            guard document === claim.document else { return try store.finishRescue(claim, document, facts) }
            try claim.document.synchronize()
            try claim.note(facts)
        }
    }
}
