import JobCache
import PulseAPI
import PulseFS

/// What became of a job of `pulsefs export`, as JSON has it.
struct ExportedEntry: Encodable {
    let id: String
    let status: OrNull<String>
    let exported: Bool
    /// All that the job has, and their bytes.
    let files: Int
    let bytes: UInt64
    /// Files that were written now.
    let written: Int
    let problems: [FetchedEntry.Problem]

    init(_ id: JobID, _ outcome: ExportRun.Outcome) {
        self.id = id.text
        exported = outcome.isWhole
        problems = outcome.problems.map { .init(file: OrNull($0.file), reason: $0.reason) }
        guard case .exported(let job) = outcome else {
            (status, files, bytes, written) = (OrNull(nil), 0, 0, 0)
            return
        }
        (status, files, bytes, written) = (OrNull(job.status), job.files, job.bytes, job.written ?? 0)
    }
}
