import SystemPackage

/// Why a job was not exported, or why nothing more is.
package struct ExportFailure: Error, Sendable, CustomStringConvertible {
    package enum Code: Sendable, Hashable {
        /// The directory that is exported into does not take any more: no other job would fare better.
        case target
        /// Something about this job alone.
        case job
        /// A file became another version while it was copied: what the job shows is to be looked at again.
        case changed
        case interrupted
    }

    package let code: Code
    /// The file's path below the job's directory; nil when it is about the job.
    package let file: String?
    /// In a line.
    package let words: String

    package var description: String { words }

    init(_ code: Code, file: FilePath? = nil, _ words: String) {
        (self.code, self.words) = (code, words)
        self.file = file.flatMap { $0.isEmpty ? nil : $0.string }
    }

    /// A call about what is written into the target.
    init(_ error: Errno, writing file: FilePath) {
        let code: Code =
            switch error {
            case .noSpace, .diskQuotaExceeded, .readOnlyFileSystem: .target
            default: .job
            }
        let words =
            switch error {
            case .noSpace, .diskQuotaExceeded: "there is no room for it (\(error)): free some space, and export again"
            case .fileExists:
                "it cannot be made: a file exists whose name is the same to this file system"
            case .fileNameTooLong, .invalidArgument, .illegalByteSequence:
                "this file system does not accept the name (\(error)): export to another"
            default: "it cannot be written: \(error)"
            }
        self.init(code, file: file, words)
    }

    /// What the tree answered when it was asked for a file; `known` is what became of it before, in words.
    init(_ error: Errno, reading file: FilePath, _ known: String?) {
        let code: Code =
            switch error {
            case .staleNFSFileHandle: .changed
            case .interrupted: .interrupted
            default: .job
            }
        self.init(code, file: file, known ?? "it cannot be read: \(error)")
    }
}
