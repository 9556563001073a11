import ArtifactStore
import Quantities
import Synchronization

/// Writes down what has come of a download while it goes on, so that it is gone on with after an unmount, a crash or a cut.
final class PartKeeper: Sendable {
    /// Between two looks at what has come; the longest while nothing comes. What comes within the first of them is not worth it.
    private static let pause = Duration.seconds(2)
    private static let longestPause = Duration.seconds(16)

    private let download: Download
    private let store: ArtifactStore
    /// What was written down last.
    private let known: Mutex<PartialFacts?>

    init(of download: Download, in store: ArtifactStore, known: PartialFacts?) {
        self.download = download
        self.store = store
        self.known = Mutex(known)
    }

    /// Runs `work`, and writes down meanwhile, every two seconds or so, what has come since.
    func run(_ work: @escaping @Sendable () async -> Void) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                var (last, pause) = (UInt64(0), Self.pause)
                while self.download.knownSize.map({ $0 >= PartialFacts.blockSize }) ?? true {
                    do { try await Task.sleep(for: pause) } catch { return }
                    let received = self.download.received
                    guard received -| last >= PartialFacts.blockSize else {
                        pause = min(pause * 2, Self.longestPause)
                        continue
                    }
                    last = received
                    // It reads what has come once more: a tenth of the time at most.
                    let taken = await ContinuousClock().measure { _ = await self.note() }
                    pause = min(max(Self.pause, taken * 10), Self.longestPause)
                }
            }
            await work()
            group.cancelAll()
        }
    }

    /// Writes down what has come. False when nothing of it can be gone on with.
    func note() async -> Bool {
        guard let file = download.spool, file.isPartial, let (facts, arrived) = download.partialFacts else {
            return false
        }
        let (store, before) = (store, known.withLock { $0 })
        let noted = try? await store.onDisk { () throws(StoreError) in
            try store.note(facts, known: before, arrived: { arrived.contains($0) }, in: file)
        }
        guard let noted else { return before != nil }
        known.withLock { $0 = noted }
        return !noted.ranges.isEmpty
    }

    /// The download has ended: what has come of one that is not whole stays, if it can be gone on with. Of a job that was
    /// forgotten meanwhile nothing stays.
    func end(isForgotten: Bool = false) async {
        guard let file = download.spool, file.isPartial else { return }
        if isForgotten || download.isComplete || download.isWorthless { return store.forgetFacts(of: file) }
        if await note() { store.keep(file) } else { store.forgetFacts(of: file) }
    }
}
