package import ArtifactStore
import Synchronization

/// Notes of the results that were asked for last, so that a listing of a job's images reads the result once.
package final class KnownResults: Sendable {
    private struct Known {
        /// Of the result: another one has another.
        let digest: String
        let notes: ResultNotes
    }

    private struct State {
        var known: [JobOrdinal: Known] = [:]
        /// The one that was asked for last is the last.
        var order: [JobOrdinal] = []
        var size = 0

        mutating func remove(_ job: JobOrdinal) {
            order.removeAll { $0 == job }
            if let gone = known.removeValue(forKey: job) { size -= gone.notes.size }
        }
    }

    private let state = Mutex(State())
    private let jobs: Int
    private let bytes: Int

    /// Keeps the notes of so many jobs, and of fewer when they take more memory than that; one is kept however large.
    init(jobs: Int = 32, bytes: Int = 8 << 20) {
        self.jobs = jobs
        self.bytes = bytes
    }

    package func notes(of job: JobOrdinal, digest: String) -> ResultNotes? {
        state.withLock { state in
            guard let known = state.known[job], known.digest == digest else { return nil }
            if state.order.last != job {
                state.order.removeAll { $0 == job }
                state.order.append(job)
            }
            return known.notes
        }
    }

    package func keep(_ notes: ResultNotes, of job: JobOrdinal, digest: String) {
        state.withLock { state in
            state.remove(job)
            state.known[job] = Known(digest: digest, notes: notes)
            state.order.append(job)
            state.size += notes.size
            while state.order.count > jobs || (state.size > bytes && state.order.count > 1) {
                state.remove(state.order[0])
            }
        }
    }
}
