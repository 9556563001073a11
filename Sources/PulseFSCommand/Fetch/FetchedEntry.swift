import JobCache
import PulseAPI

/// What became of a job of `pulsefs fetch`, as JSON has it.
struct FetchedEntry: Encodable {
    struct Problem: Encodable {
        let file: OrNull<String>
        let reason: String
    }

    let id: String
    let status: OrNull<String>
    let files: Int
    let bytes: UInt64
    let whole: Bool
    let problems: [Problem]

    init(_ id: JobID, _ outcome: FetchRun.Outcome) {
        self.id = id.text
        let status: String?
        switch outcome {
        case .fetched(let job): (status, files, bytes) = (job.status, job.files, job.bytes)
        case .failed(_, let known): (status, files, bytes) = (known, 0, 0)
        case .interrupted: (status, files, bytes) = (nil, 0, 0)
        }
        self.status = OrNull(status)
        whole = outcome.isWhole
        problems = outcome.problems.map { Problem(file: OrNull($0.file), reason: $0.reason) }
    }
}
