package import ArtifactStore
package import Parts
import PulseAPI
import Synchronization

/// Makes the jobs of a batch known when someone looks at what the batch is, as `pulsefs jobs add` would: they are listed then.
///
/// Each is asked for once, behind all readers. The owner closes it.
package final class BatchJobs: Sendable {
    private struct State {
        /// Batches that were looked at.
        var known: Set<JobOrdinal> = []
        var tasks: [JobOrdinal: Task<Void, Never>] = [:]
        var isClosed = false
    }

    /// Of one batch: more are for `pulsefs jobs add`.
    static let most = 1000
    private static let width = 8

    private let ask: @Sendable (JobID) async -> Void
    private let state = Mutex(State())

    /// `ask` asks the API about a job that is not known.
    init(ask: @escaping @Sendable (JobID) async -> Void) { self.ask = ask }

    /// Does not wait.
    package func makeKnown(_ children: [ChildJob], of batch: JobOrdinal) {
        guard !children.isEmpty else { return }
        state.withLock { state in
            guard !state.isClosed, state.known.insert(batch).inserted else { return }
            state.tasks[batch] = Task {
                await run(children.prefix(Self.most).map(\.id))
                self.state.withLock { $0.tasks[batch] = nil }
            }
        }
    }

    private func run(_ ids: [JobID]) async {
        await withTaskGroup(of: Void.self) { group in
            for (number, id) in ids.enumerated() {
                if number >= Self.width { await group.next() }
                guard !Task.isCancelled else { break }
                group.addTask { await self.ask(id) }
            }
        }
    }

    func close() async {
        let tasks = state.withLock { state in
            state.isClosed = true
            return Array(state.tasks.values)
        }
        for task in tasks { task.cancel() }
        await tasks.finish(within: .zero)
    }
}
