import FUSE
import PulseAPI
import Quantities
import SystemPackage

/// What a mount shows of a job: its directories and files, by their paths below the job's directory.
struct ExportPlan: Sendable {
    struct Directory: Sendable {
        /// Empty for the job's directory itself.
        let path: FilePath
        let modified: FileTime
    }

    struct File: Sendable {
        let path: FilePath
        let node: NodeID
        let size: UInt64
        let modified: FileTime
        /// A copy that is older than this may be of other bytes, also with the same size and date; nil when there is no such
        /// doubt.
        let changed: FileTime?
        /// The bytes, where they are made in memory and cost nothing.
        let content: [UInt8]?
    }

    let id: JobID
    /// As the API spells it.
    let status: String
    /// The first is the job's own; each comes before what is in it.
    var directories: [Directory] = []
    var files: [File] = []
    /// The parts of the result are neither in the cache nor made: there are some, and they are as they were.
    var hasPartsElsewhere = false

    var bytes: UInt64 { files.lazy.map(\.size).saturatingSum }
}
