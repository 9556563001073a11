package import PulseAPI
import Synchronization

/// How far the fetching of jobs has come, for whoever looks at it meanwhile.
package final class FetchTally: Sendable {
    private struct State {
        var counts = FetchCounts()
        /// Of the jobs that are being fetched: their files, and those of them that are here.
        var active: [JobID: (files: Int, here: Int)] = [:]
    }

    private let state = Mutex(State())

    package init() {}

    package var counts: FetchCounts {
        state.withLock { state in
            var counts = state.counts
            counts.partly = state.active.values.reduce(0) { $0 + Double($1.here) / Double(max(1, $1.files)) }
            return counts
        }
    }

    package func begins() { state.withLock { $0.counts.begun += 1 } }

    package func waits() { state.withLock { $0.counts.waiting += 1 } }

    package func goesOn() { state.withLock { $0.counts.waiting -= 1 } }

    package func ended(_ job: JobID, isWhole: Bool) {
        state.withLock { state in
            state.active[job] = nil
            state.counts.ended += 1
            if isWhole { state.counts.whole += 1 }
        }
    }

    package func lists(_ job: JobID, files: Int, ofWhichHere here: Int) {
        state.withLock { state in
            state.active[job] = (files, here)
            state.counts.files += here
        }
    }

    func landed(_ files: Int, of job: JobID) {
        state.withLock { state in
            state.active[job]?.here += files
            state.counts.files += files
        }
    }
}

package struct FetchCounts: Sendable, Hashable {
    /// Jobs, each also among the `begun` in all that follows.
    package var begun = 0
    package var ended = 0
    package var whole = 0
    /// Still running, and waited for.
    package var waiting = 0
    /// Files of all these jobs that are in the cache.
    package var files = 0
    /// How much has come of the jobs that have begun and not ended, in jobs.
    package var partly = 0.0
}
