import System
import SystemPackage

/// A job that was written whole and has not got its name yet.
struct JobDraft: Sendable {
    let id: String
    /// In the workplace.
    let name: DirectoryHandle.Name
    let directory: DirectoryHandle
    /// Something has the job's name, which is to make way.
    let replaces: Bool
    /// Files that were written; others are links to files that were there.
    let written: [FilePath]
    /// Below the directory, each before what is in it.
    let directories: [FilePath]

    /// fsync(2) for each file and each directory.
    func makeDurable() throws(Errno) {
        for path in written {
            guard let name = path.lastComponent else { continue }
            let file = try directory.directory(at: path.removingLastComponent()).file(name)
            defer { try? file.close() }
            try file.makeDurable()
        }
        for path in directories { try directory.directory(at: path).synchronize() }
    }
}
