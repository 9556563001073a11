import JobCache
import Quantities
import System
import SystemPackage

/// What is in a job's directory of an export, as the disk has it. All calls block on the disk.
struct ExportedJob: Sendable {
    let directory: DirectoryHandle
    /// Everything below the directory, by path. Nothing is looked at beyond a symbolic link.
    private(set) var entries: [FilePath: EntryFacts] = [:]

    /// What is to be done about a file of a plan.
    enum Standing: Sendable {
        case equal
        /// Size and date are right, and the bytes may be others.
        case doubtful
        case different
    }

    init(_ directory: DirectoryHandle) throws(Errno) {
        self.directory = directory
        try look(directory, "")
    }

    private mutating func look(_ directory: DirectoryHandle, _ path: FilePath) throws(Errno) {
        for name in try directory.names() {
            guard let facts = try directory.facts(name) else { continue }
            let path = path.appending(name)
            entries[path] = facts
            if facts.kind == .directory { try look(try directory.directory(name), path) }
        }
    }

    func standing(of file: ExportPlan.File) -> Standing {
        guard let facts = entries[file.path], facts.kind == .file, facts.size == file.size,
            facts.modified.isAsKept(of: file.modified)
        else { return .different }
        return file.content != nil || file.changed.map { facts.changed < $0 } ?? false ? .doubtful : .equal
    }

    /// Opens a file that was found. ELOOP or ENOENT when something else has its name by now.
    func open(_ path: FilePath) throws(Errno) -> FileDescriptor {
        guard let name = path.lastComponent else { throw .isDirectory }
        return try directory.directory(at: path.removingLastComponent()).file(name)
    }

    /// Paths that are here and not in a plan, in order: each before what is in it.
    func others(than plan: ExportPlan) -> [FilePath] {
        let own = Set(plan.directories.map(\.path) + plan.files.map(\.path))
        return entries.keys.filter { path in
            guard !own.contains(path) else { return false }
            return !(plan.hasPartsElsewhere && path.isOfPart)
        }.sorted { $0.string < $1.string }
    }

    /// What cannot make way for a plan, as it may hold what is nobody's but the user's; nil when nothing is in the way.
    func obstacle(for plan: ExportPlan) -> FilePath? {
        if let file = plan.files.first(where: { entries[$0.path]?.kind == .directory }) { return file.path }
        return plan.directories.first { [.file, .other].contains(entries[$0.path]?.kind) }?.path
    }

    /// The files that are parts of the result.
    var parts: [EntryFacts] { entries.filter { $0.key.isOfPart && $0.value.kind == .file }.map(\.value) }

    /// The parts of the result are here as they were exported, as far as that can be told without knowing them.
    func hasParts(of plan: ExportPlan) -> Bool {
        guard let modified = plan.directories.first?.modified else { return false }
        let parts = entries.filter { $0.key.isOfPart }
        let isKept = parts.values.allSatisfy { $0.modified.isAsKept(of: modified) && $0.kind != .link }
        return isKept && parts[FilePath(PartFile.contents)] != nil
    }
}

extension FilePath {
    /// Below a job's directory: a part of the result, or a directory of them.
    var isOfPart: Bool {
        guard let first = components.first else { return false }
        return PartFile.target(named: first.string) != nil
    }
}

extension FileTime {
    /// Whether a file that was given `wanted` as its date may have this one: file systems that keep no fractions of a second,
    /// or every other second alone, leave something out.
    fileprivate func isAsKept(of wanted: FileTime) -> Bool {
        if self == wanted { return true }
        let age = wanted.seconds -| seconds
        return nanoseconds == 0 && (0..<2).contains(age)
    }
}
