import FUSE
import PulseAPI
import Quantities
import Synchronization
import System
import SystemPackage

/// The directory that jobs are exported into: what is there of a job, and how another state of it takes its place.
///
/// A job is written below a workplace in the same directory, made durable, and gets its name in one step. So it is there
/// whole or not at all, whenever the process or the machine ends. All calls block on the disk.
package final class ExportTarget: Sendable {
    /// How jobs are written.
    package struct Rules: Sendable {
        /// What a job does not have is removed from its directory.
        package var deletes = false
        /// Permission bits taken away from 0666 and 0777.
        package var umask: UInt16 = 0o077

        package init(deletes: Bool = false, umask: UInt16 = 0o077) { (self.deletes, self.umask) = (deletes, umask) }

        var file: UInt16 { 0o666 & ~umask }
        var directory: UInt16 { 0o777 & ~umask }
    }

    let path: FilePath
    let rules: Rules
    private let root: DirectoryHandle
    /// Made when something is to be written: an export that finds all as it should be changes nothing.
    private let workplace = Mutex<ExportWorkplace?>(nil)
    /// Whether the file system shares the content of files of the cache, as far as that has been tried.
    let sharesContent = Atomic<Bool>(true)
    /// Whether it exchanges two names in one step.
    private let exchanges = Atomic<Bool>(true)

    /// As many written files are made durable one by one; of more, all that was written to the file system at once.
    private static let mostSingleFiles = 16

    init(_ path: FilePath, _ rules: Rules) throws(Errno) {
        (self.path, self.rules) = (path, rules)
        root = try DirectoryHandle(path)
        try ExportWorkplace.clearLeftovers(in: root)
    }

    // MARK: What is there

    /// What is there of a job; nil when nothing is.
    func job(_ id: String) throws(ExportFailure) -> ExportedJob? {
        let facts: EntryFacts?
        do throws(Errno) {
            guard let name = DirectoryHandle.Name(id) else { return nil }
            facts = try root.facts(name)
            if facts?.kind == .directory { return try ExportedJob(try root.directory(name)) }
        } catch {
            throw ExportFailure(.job, "\(path.appending(id)) cannot be read: \(error)")
        }
        guard let facts else { return nil }
        let what = facts.kind == .link ? "a symbolic link" : "no directory"
        throw ExportFailure(.job, "\(path.appending(id)) is \(what): remove it")
    }

    /// The files that are there of a job, if all that a plan has is there and equal; else nil. Bytes are compared, those of
    /// `reader`, where size and date do not tell.
    func equal(_ plan: ExportPlan, _ reader: TreeReader) throws(ExportFailure) -> (files: Int, bytes: UInt64)? {
        guard let job = try job(plan.id.text) else { return nil }
        guard plan.directories.allSatisfy({ $0.path.isEmpty || job.entries[$0.path]?.kind == .directory }),
            !plan.hasPartsElsewhere || job.hasParts(of: plan), !rules.deletes || job.others(than: plan).isEmpty
        else { return nil }
        let isEqual = plan.files.allSatisfy { file in
            switch job.standing(of: file) {
            case .equal: true
            case .different: false
            case .doubtful: FileComparison.isSame(file, in: job, reader)
            }
        }
        guard isEqual else { return nil }
        let parts = plan.hasPartsElsewhere ? job.parts : []
        return (plan.files.count + parts.count, plan.bytes +| parts.map(\.size).saturatingSum)
    }

    // MARK: Writing

    /// Where jobs are written.
    func place() throws(ExportFailure) -> ExportWorkplace {
        try workplace.withLock { (known) throws(ExportFailure) in
            if let known { return known }
            do throws(Errno) {
                let made = try ExportWorkplace.make(in: root)
                known = made
                return made
            } catch {
                throw ExportFailure(.target, "cannot write into \(path): \(error)")
            }
        }
    }

    /// Removes what is not needed any more. To be called at the end.
    func close() {
        workplace.withLock { known in
            known?.remove()
            known = nil
        }
    }

    /// Makes drafts durable and gives them their names; what came of each, in their order.
    func publish(_ drafts: [JobDraft]) -> [Result<Void, ExportFailure>] {
        do throws(Errno) {
            if drafts.reduce(0, { $0 + $1.written.count }) <= Self.mostSingleFiles {
                for draft in drafts { try draft.makeDurable() }
            } else {
                try root.synchronizeFileSystem()
            }
        } catch {
            return drafts.map { _ in .failure(ExportFailure(error, writing: "")) }
        }
        let outcomes = drafts.map(outcome)
        do throws(Errno) { try root.synchronize() } catch {
            return drafts.map { _ in .failure(ExportFailure(error, writing: "")) }
        }
        return outcomes
    }

    private func outcome(of draft: JobDraft) -> Result<Void, ExportFailure> {
        do throws(ExportFailure) { return .success(try publish(draft)) } catch { return .failure(error) }
    }

    private func publish(_ draft: JobDraft) throws(ExportFailure) {
        let place = try place()
        do throws(Errno) {
            guard let name = DirectoryHandle.Name(draft.id) else { throw .invalidArgument }
            if draft.replaces {
                try replace(name, by: draft, place)
            } else {
                try place.directory.rename(draft.name, .toFreeName, root, name)
            }
        } catch {
            try? place.directory.removeTree(draft.name)
            guard error == .fileExists || error == .directoryNotEmpty else { throw ExportFailure(error, writing: "") }
            throw ExportFailure(.changed, "someone else writes to \(path.appending(draft.id)) at the same time")
        }
    }

    private func replace(_ name: DirectoryHandle.Name, by draft: JobDraft, _ place: ExportWorkplace) throws(Errno) {
        if exchanges.load(ordering: .relaxed) {
            do throws(Errno) {
                try place.directory.rename(draft.name, .exchanging, root, name)
                return clear(draft.name, replacedBy: name, place)
            } catch  where error == .invalidArgument || error == .noFunction || error == .notSupported {
                exchanges.store(false, ordering: .relaxed)
            } catch .noSuchFileOrDirectory {
                // Removed by someone meanwhile.
                return try place.directory.rename(draft.name, .toFreeName, root, name)
            }
        }
        // For a moment the job is not there. If the process ends just then, the next export puts it back.
        guard let old = ExportWorkplace.displaced(draft.id) else { throw .invalidArgument }
        do throws(Errno) { try root.rename(name, .toFreeName, place.directory, old) } catch .noSuchFileOrDirectory {}
        defer { clear(old, replacedBy: name, place) }
        try place.directory.rename(draft.name, .toFreeName, root, name)
    }

    /// Removes what was replaced. What someone has put there since it was looked at moves to the new directory.
    private func clear(
        _ old: DirectoryHandle.Name, replacedBy name: DirectoryHandle.Name, _ place: ExportWorkplace
    ) {
        if !rules.deletes, let from = try? place.directory.directory(old), let to = try? root.directory(name) {
            Self.move(from, to)
        }
        // What cannot be removed now is left to the next export.
        try? place.directory.removeTree(old)
    }

    private static func move(_ old: DirectoryHandle, _ new: DirectoryHandle) {
        for name in (try? old.names()) ?? [] {
            do throws(Errno) { try old.rename(name, .toFreeName, new, name) } catch {
                if let from = try? old.directory(name), let to = try? new.directory(name) { move(from, to) }
            }
        }
    }
}
