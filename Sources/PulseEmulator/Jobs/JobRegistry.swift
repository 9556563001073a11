import Foundation
import Synchronization

/// The jobs that exist now, with what has happened to them since the emulator started.
final class JobRegistry: Sendable {
    private struct Entry {
        let job: EmulatedJob
        let launch: Date
        var canceled: Date?
        var delivered = false
        var downloads = 0
        /// When the result was put behind a link.
        var offloaded: Date?
    }

    private let entries: Mutex<[String: Entry]>
    private let clock: @Sendable () -> Date

    init(_ jobs: [EmulatedJob], clock: @escaping @Sendable () -> Date) {
        let launch = clock()
        let entries = jobs.map { ($0.id, Entry(job: $0, launch: launch)) }
        self.entries = Mutex(Dictionary(entries) { _, later in later })
        self.clock = clock
    }

    var ids: [String] {
        entries.withLock { $0.keys.sorted() }
    }

    /// Adds a job, in place of one of the same id. Its launch is now and its link unused.
    func add(_ job: EmulatedJob) {
        let entry = Entry(job: job, launch: clock())
        entries.withLock { $0[job.id] = entry }
    }

    func remove(id: String) {
        entries.withLock { _ = $0.removeValue(forKey: id) }
    }

    func find(id: String) -> EmulatedJob? {
        entries.withLock { $0[id]?.job }
    }

    /// The job as it is now, for a caller of this organisation.
    func snapshot(id: String, for organization: EmulatedOrganization) throws(APIFailure)
        -> JobSnapshot
    {
        let snapshot = try snapshot(id: id)
        guard snapshot.job.organization == organization else { throw .otherOrganization }
        return snapshot
    }

    /// The job as it is now, whoever asks.
    func snapshot(id: String) throws(APIFailure) -> JobSnapshot {
        guard let entry = entries.withLock({ $0[id] }) else { throw .jobNotFound }
        let now = clock()
        let created = entry.job.timetable.created(launch: entry.launch)
        var (status, since) = entry.job.timetable.status(at: now, launch: entry.launch)
        if let canceled = entry.canceled { (status, since) = (.canceled, canceled) }
        return JobSnapshot(
            job: entry.job, status: status, created: created, updated: since,
            completion: entry.job.timetable.completion(launch: entry.launch),
            delivered: entry.delivered, offloaded: entry.offloaded, now: now)
    }

    /// Cancels a job that has not ended; any other stays as it is.
    func cancel(id: String) {
        let now = clock()
        entries.withLock { entries in
            guard let entry = entries[id] else { return }
            let status = entry.job.timetable.status(at: now, launch: entry.launch).status
            if status == .pending || status == .processing, entry.canceled == nil {
                entries[id]?.canceled = now
            }
        }
    }

    /// Puts the result of a completed job behind a link that works once, and is new. What is behind one already stays there.
    func offload(id: String) {
        let now = clock()
        entries.withLock { entries in
            guard let entry = entries[id], entry.canceled == nil, let result = entry.job.result, !result.isSingleUse,
                entry.job.timetable.status(at: now, launch: entry.launch).status == .completed
            else { return }
            entries[id]?.offloaded = now
            entries[id]?.delivered = false
        }
    }

    /// Pages of all results of an organisation.
    func pageCount(of organization: EmulatedOrganization) -> Int {
        entries.withLock { entries in
            entries.values.reduce(0) { sum, entry in
                sum + (entry.job.organization == organization ? entry.job.result?.pageCount ?? 0 : 0)
            }
        }
    }

    /// False when a download of the result is under way.
    func beginDownload(id: String) -> Bool {
        entries.withLock { entries in
            guard entries[id]?.downloads == 0 else { return false }
            entries[id]?.downloads = 1
            return true
        }
    }

    func endDownload(id: String) { entries.withLock { $0[id]?.downloads = 0 } }

    /// Remembers whether the single-use result has been downloaded whole.
    func setDelivered(_ delivered: Bool, id: String) {
        entries.withLock { $0[id]?.delivered = delivered }
    }
}
