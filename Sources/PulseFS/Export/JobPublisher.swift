/// Publishes drafts: those that are ready while others are being made durable are made durable together, so that many small
/// jobs cost few waits for the disk.
actor JobPublisher {
    private typealias Waiting = (draft: JobDraft, done: CheckedContinuation<Result<Void, ExportFailure>, Never>)

    private let target: ExportTarget
    private let disk: ExportDisk
    private var waiting: [Waiting] = []
    private var isAtWork = false

    init(_ target: ExportTarget, _ disk: ExportDisk) { (self.target, self.disk) = (target, disk) }

    /// Returns when the draft has its name, and keeps it whatever happens to the machine.
    func publish(_ draft: JobDraft) async throws(ExportFailure) {
        let outcome: Result<Void, ExportFailure> = await withCheckedContinuation { done in
            waiting.append((draft, done))
            guard !isAtWork else { return }
            isAtWork = true
            // It ends when nobody waits any more.
            Task { await work() }
        }
        try outcome.get()
    }

    private func work() async {
        while !waiting.isEmpty {
            let batch = waiting
            waiting = []
            let drafts = batch.map(\.draft)
            let outcomes = await disk.run { [target] in target.publish(drafts) }
            for (waiting, outcome) in zip(batch, outcomes) { waiting.done.resume(returning: outcome) }
        }
        isAtWork = false
    }
}
