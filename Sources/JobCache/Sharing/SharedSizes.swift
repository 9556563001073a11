import PulseAPI
import Synchronization

/// Sizes of files, as the records of their jobs have them, and those that are to be written there.
final class SharedSizes: Sendable {
    private struct Record {
        var sizes: [String: UInt64] = [:]
        /// When the record was read last; nil when it never was.
        var readAt: Duration?
        var reading: Task<Void, Never>?
    }

    private struct State {
        var records = GenerationCache<JobID, Record>(generation: 256)
        var pending: [JobID: [String: UInt64]] = [:]
        var alarm: Task<Void, Never>?
    }

    /// A record is read, and written, for its sizes once in so long.
    static let pause = Duration.seconds(5)
    /// Jobs of which sizes wait to be written; those of more are not shared.
    private static let mostPending = 256

    private let state = Mutex(State())

    /// Takes in what a record says.
    func take(_ sizes: [String: UInt64], of job: JobID, at now: Duration) {
        state.withLock { state in
            var record = state.records.value(for: job) ?? Record()
            (record.sizes, record.readAt) = (sizes.merging(record.sizes) { $1 }, now)
            state.records.set(record, for: job)
        }
    }

    /// The size of a file in bytes, from memory.
    func size(of file: SharedFile) -> UInt64? {
        state.withLock { $0.records.value(for: file.job)?.sizes[file.name] }
    }

    /// What reads the record of a job, for everyone who asks for a size meanwhile; nil when it was read a moment ago.
    func reading(
        _ job: JobID, at now: Duration, _ read: @escaping @Sendable () async -> Void
    ) -> Task<Void, Never>? {
        state.withLock { state in
            var record = state.records.value(for: job) ?? Record()
            if let reading = record.reading { return reading }
            if let readAt = record.readAt, now - readAt < Self.pause { return nil }
            let task = Task { [weak self] in
                await read()
                self?.ended(job, at: now)
            }
            record.reading = task
            state.records.set(record, for: job)
            return task
        }
    }

    private func ended(_ job: JobID, at now: Duration) {
        state.withLock { state in
            guard var record = state.records.value(for: job) else { return }
            record.reading = nil
            record.readAt = record.readAt ?? now
            state.records.set(record, for: job)
        }
    }

    /// A size that is to be written. `later` is started if nothing waits yet.
    func add(_ size: UInt64, of file: SharedFile, _ later: @escaping @Sendable () async -> Void) {
        state.withLock { state in
            var record = state.records.value(for: file.job) ?? Record()
            guard record.sizes[file.name] != size else { return }
            record.sizes[file.name] = size
            state.records.set(record, for: file.job)
            guard state.pending[file.job] != nil || state.pending.count < Self.mostPending else { return }
            state.pending[file.job, default: [:]][file.name] = size
            if state.alarm == nil { state.alarm = Task { await later() } }
        }
    }

    /// What is to be written now.
    func drain() -> [JobID: [String: UInt64]] {
        state.withLock { state in
            state.alarm?.cancel()
            defer { (state.pending, state.alarm) = ([:], nil) }
            return state.pending
        }
    }
}
