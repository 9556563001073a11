import ArtifactStore
package import FUSE
import JobCache
import SystemPackage

/// poll(2) on `status.json`: ready when it says something else than whoever polls was last told, and when the job has ended.
///
/// The kernel names no open file that a read could be told from another by, so what a poller knows goes by its thread: what it
/// was last told, or else what was last shown to anyone. The end can be missed by nobody, as it stays ready.
extension PulseFileSystem {
    package func poll(
        _ node: NodeID, _ events: PollEvents, waiting: PollHandle?, for caller: Caller
    ) -> Answer<PollEvents> {
        guard case .file(let ordinal, .status) = self.node(node) else { return .now(events.intersection(.regularFile)) }
        return withKey(for: caller) { tree in
            tree.known(ordinal).then { job in
                // Before the look: a change that comes in between wakes for nothing, and is not missed.
                if let waiting, !job.phase.isTerminal, !tree.crawlers.contains(caller.thread) {
                    tree.library.watches.wake(waiting, withNextAnswerAbout: job.id)
                }
                return .now(tree.isNews(job, caller) ? events.intersection([.readable, .exceptional]) : [])
            }
        }
    }

    private func isNews(_ job: Job, _ caller: Caller) -> Bool {
        let job = ((try? library.catalog.job(job.ordinal)) ?? nil) ?? job
        let told = polled.told(job.revision, to: caller.thread, of: job.ordinal)
        return job.phase.isTerminal || job.revision != told ?? job.shownRevision
    }
}

extension PollHandle: StatusPoller {}
