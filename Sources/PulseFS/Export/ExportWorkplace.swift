import FUSE
import System
import SystemPackage

/// Where one process writes jobs before they get their names: `.pulsefs-export-…` in the directory that is exported into.
///
/// It is locked for as long as the process lives (flock(2) on `lock` in it). What is found unlocked was left by one that was
/// killed, and is removed. All calls block on the disk.
final class ExportWorkplace: Sendable {
    private static let prefix = ".pulsefs-export-"
    private static let lockName: DirectoryHandle.Name = "lock"
    /// What a job is called that had to make way before the new one had its name: it is put back if that did not come.
    private static let displaced = ".old"
    private static let attempts = 100

    let directory: DirectoryHandle
    private let parent: DirectoryHandle
    private let name: DirectoryHandle.Name
    private let lock: FileDescriptor

    private init(
        _ directory: DirectoryHandle, in parent: DirectoryHandle, _ name: DirectoryHandle.Name, _ lock: FileDescriptor
    ) {
        (self.directory, self.parent, self.name, self.lock) = (directory, parent, name, lock)
    }

    deinit { try? lock.close() }

    /// Removes those of processes that are no more, and puts back what they had moved out of the way.
    static func clearLeftovers(in parent: DirectoryHandle) throws(Errno) {
        for leftover in try parent.names() where leftover.string.hasPrefix(prefix) { clear(leftover, in: parent) }
    }

    static func make(in parent: DirectoryHandle) throws(Errno) -> ExportWorkplace {
        for _ in 0..<attempts {
            let number = String(UInt64.random(in: .min ... .max), radix: 36)
            guard let name = DirectoryHandle.Name(prefix + number) else { throw .invalidArgument }
            do throws(Errno) {
                let directory = try parent.makeDirectory(name, 0o700)
                let lock = try directory.lockFile(lockName)
                // Someone who clears up may have found it before it was locked, and have removed it.
                if isLocked(lock), try directory.facts(lockName) != nil {
                    return ExportWorkplace(directory, in: parent, name, lock)
                }
                try? lock.close()
            } catch .fileExists {
                continue
            } catch .noSuchFileOrDirectory {
                continue
            }
        }
        throw .resourceBusy
    }

    /// Where the file system has no locks, everyone is taken to hold one: nothing of others is removed.
    private static func isLocked(_ file: FileDescriptor) -> Bool {
        do throws(Errno) { return try file.lockIfFree() } catch { return true }
    }

    private static func isAbandoned(_ file: FileDescriptor) -> Bool { file.lockExclusively() }

    /// Removes a workplace of this user unless it is in use. What cannot be removed now is left for another time.
    private static func clear(_ name: DirectoryHandle.Name, in parent: DirectoryHandle) {
        guard let facts = (try? parent.facts(name)) ?? nil, facts.kind == .directory,
            facts.owner == ThisProcess.effectiveUser,
            let directory = try? parent.directory(name), let lock = try? directory.lockFile(lockName)
        else { return }
        defer { try? lock.close() }
        guard isAbandoned(lock) else { return }
        clear(directory, name, in: parent)
    }

    private static func clear(_ directory: DirectoryHandle, _ name: DirectoryHandle.Name, in parent: DirectoryHandle) {
        for entry in (try? directory.names()) ?? [] where entry != lockName {
            if entry.string.hasSuffix(displaced),
                let job = DirectoryHandle.Name(String(entry.string.dropLast(displaced.count)))
            {
                try? directory.rename(entry, .toFreeName, parent, job)
            }
            try? directory.removeTree(entry)
        }
        // Last, as it says whether someone is here.
        try? directory.unlink(lockName)
        try? parent.removeDirectory(name)
    }

    /// Removes it with all that is in it. Nothing is to be done with it afterwards.
    func remove() { Self.clear(directory, name, in: parent) }

    /// Where a job is written.
    static func draft(of job: String) -> DirectoryHandle.Name? { DirectoryHandle.Name(job + ".new") }

    /// Where a job goes that makes way.
    static func displaced(_ job: String) -> DirectoryHandle.Name? { DirectoryHandle.Name(job + displaced) }
}
