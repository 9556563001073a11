import ArtifactStore
import FUSE
import PulseAPI
import Quantities
import Synchronization
import System
import SystemPackage

/// Writes what a plan has into a draft: bytes from the tree, and links to what is in the job's directory already.
///
/// What blocks on the disk is done by ``proceed(with:)``, which comes back when it needs bytes that are not at hand.
///
/// `@unchecked Sendable`: its owner, one task, waits for the end of each step before it begins the next.
final class JobWriter: @unchecked Sendable {
    typealias Later = @Sendable () async throws(Errno) -> ReadReply

    private let plan: ExportPlan
    private let tree: TreeReader
    private let target: ExportTarget
    private let existing: ExportedJob?
    /// What became of files when they were fetched, in words, by their paths.
    private let troubles: [FilePath: String]
    private var draft: (name: DirectoryHandle.Name, root: DirectoryHandle)?
    private var directories: [FilePath: DirectoryHandle] = [:]
    private var written: [FilePath] = []
    /// The file of the plan that is next or under way.
    private var place = 0
    private var file: FileDescriptor?
    private var offset: UInt64 = 0

    /// Bytes that are copied at a time.
    private static let chunk = 1 << 20
    /// A file is not worth sharing that has fewer.
    private static let leastShared: UInt64 = 128 << 10

    init(
        _ plan: ExportPlan, _ tree: TreeReader, _ target: ExportTarget, replacing existing: ExportedJob?,
        troubles: [FilePath: String]
    ) {
        (self.plan, self.tree, self.target, self.existing, self.troubles) = (plan, tree, target, existing, troubles)
    }

    deinit { try? file?.close() }

    /// Files that were written so far.
    var count: Int { written.count }

    // MARK: Steps

    /// Goes on, with the bytes that it came back for. Returns what is to be waited for; nil when all is written.
    func proceed(with reply: ReadReply?) throws(ExportFailure) -> Later? {
        if draft == nil { try begin() }
        var reply = reply
        while place < plan.files.count {
            let next = plan.files[place]
            if file == nil {
                if try keep(next) {
                    place += 1
                    continue
                }
                file = try writing(next.path) { () throws(Errno) in
                    try directory(next.path.removingLastComponent()).makeFile(try Self.name(of: next.path))
                }
                (offset, written) = (0, written + [next.path])
            }
            if let later = try fill(next, with: reply) { return later }
            reply = nil
            try finish(next)
        }
        try end()
        return nil
    }

    /// To be called when all is written.
    func finished() throws(ExportFailure) -> JobDraft {
        guard let draft else { throw ExportFailure(.job, "it was not begun") }
        return JobDraft(
            id: plan.id.text, name: draft.name, directory: draft.root, replaces: existing != nil, written: written,
            directories: directories.keys.sorted { $0.string < $1.string })
    }

    /// What it is that what was waited for ended with.
    func failure(_ error: Errno) -> ExportFailure {
        guard place < plan.files.count else { return ExportFailure(error, reading: "", nil) }
        let path = plan.files[place].path
        return ExportFailure(error, reading: path, troubles[path])
    }

    /// Removes what was written.
    func discard() {
        try? file?.close()
        file = nil
        if let draft { try? target.place().directory.removeTree(draft.name) }
        draft = nil
    }

    private func begin() throws(ExportFailure) {
        if !target.rules.deletes, let obstacle = existing?.obstacle(for: plan) {
            throw ExportFailure(
                .job, file: obstacle, "something else has this name: remove it, or export with --delete")
        }
        let place = try target.place()
        try writing("") { () throws(Errno) in
            guard let name = ExportWorkplace.draft(of: plan.id.text) else { throw .invalidArgument }
            // Of this process, which has given it up.
            try place.directory.removeTree(name)
            let root = try place.directory.makeDirectory(name, 0o700)
            draft = (name, root)
            directories[""] = root
        }
        for directory in plan.directories where !directory.path.isEmpty { try make(directory.path) }
    }

    private func make(_ path: FilePath, _ permissions: UInt16? = nil) throws(ExportFailure) {
        try writing(path) { () throws(Errno) in
            directories[path] = try directory(path.removingLastComponent()).makeDirectory(
                try Self.name(of: path), permissions ?? target.rules.directory)
        }
    }

    /// Brings along what is to stay, and gives the directories their dates.
    private func end() throws(ExportFailure) {
        if !target.rules.deletes, let existing {
            for path in existing.others(than: plan) { try bring(path, from: existing) }
        }
        for directory in plan.directories.reversed() {
            try writing(directory.path) { () throws(Errno) in
                let handle = try self.directory(directory.path)
                if directory.path.isEmpty { try handle.setPermissions(target.rules.directory) }
                try handle.setModified(directory.modified)
            }
        }
    }

    // MARK: Files

    /// Gives the draft a file that is there already, where it is as it should be.
    private func keep(_ next: ExportPlan.File) throws(ExportFailure) -> Bool {
        guard let existing else { return false }
        switch existing.standing(of: next) {
        case .different: return false
        case .equal: break
        case .doubtful: guard FileComparison.isSame(next, in: existing, tree) else { return false }
        }
        // Where the file system has no links, or the file has gone, it is written.
        return (try? link(next.path, from: existing)) != nil
    }

    private func link(_ path: FilePath, from existing: ExportedJob) throws(Errno) {
        let parent = path.removingLastComponent()
        try existing.directory.directory(at: parent).link(try Self.name(of: path), into: try directory(parent))
    }

    /// Copies until the file is whole, or there is something to wait for.
    private func fill(_ next: ExportPlan.File, with reply: ReadReply?) throws(ExportFailure) -> Later? {
        guard let file else { return nil }
        if let content = next.content {
            try writing(next.path) { () throws(Errno) in try file.writeFully(content) }
            return nil
        }
        var reply = reply
        while offset < next.size {
            let isFirst = offset == 0 && next.size >= Self.leastShared
            let wanted =
                isFirst && sharesContent ? Int(clamping: next.size) : Int(min(UInt64(Self.chunk), next.size -| offset))
            let found: ReadReply
            if let known = reply {
                found = known
            } else {
                switch tree.read(next.node, at: offset, count: wanted) {
                case .now(let known): found = known
                case .failed(let error): throw ExportFailure(error, reading: next.path, troubles[next.path])
                case .later(let work): return work
                }
            }
            reply = nil
            if isFirst, try share(found, next, file) { return nil }
            if let otherwise = try append(found, next, file) { return otherwise }
        }
        return nil
    }

    /// Appends what a reply has, a piece at least; comes back with what is to be replied instead where that is damaged.
    private func append(_ reply: ReadReply, _ next: ExportPlan.File, _ file: FileDescriptor) throws(ExportFailure)
        -> Later?
    {
        switch reply {
        case .bytes(let bytes):
            try put(bytes.count, next) { () throws(Errno) in try file.writeFully(bytes) }
            return nil
        case .file(let source, let start, let count):
            _ = try copy(source, start, count, next, file) { _ in true }
            return nil
        case .checked(let source, let start, let count, let otherwise):
            return try copy(source, start, count, next, file) { source.isIntact($0, at: start) } ? nil : otherwise
        }
    }

    /// False when the bytes are not what they should be, and nothing was written.
    private func copy(
        _ source: any OpenFile, _ start: UInt64, _ count: Int, _ next: ExportPlan.File, _ file: FileDescriptor,
        _ isIntact: (UnsafeRawBufferPointer) -> Bool
    ) throws(ExportFailure) -> Bool {
        let wanted = min(count, Self.chunk)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: wanted, alignment: 64)
        defer { buffer.deallocate() }
        do throws(Errno) {
            // The file is shorter than its facts say.
            guard try source.descriptor.readFully(at: start, into: buffer) == wanted else { throw .ioError }
        } catch {
            throw ExportFailure(error, reading: next.path, nil)
        }
        guard isIntact(UnsafeRawBufferPointer(buffer)) else { return false }
        try put(wanted, next) { () throws(Errno) in try file.writeFully(UnsafeRawBufferPointer(buffer)) }
        return true
    }

    private func put(_ count: Int, _ next: ExportPlan.File, _ write: () throws(Errno) -> Void) throws(ExportFailure) {
        // Fewer than the size that was told is another file.
        guard count > 0, UInt64(count) <= next.size -| offset else {
            throw ExportFailure(.changed, file: next.path, "it has another size than announced")
        }
        try writing(next.path, write)
        offset +|= UInt64(count)
    }

    private var sharesContent: Bool { target.sharesContent.load(ordering: .relaxed) }

    /// Makes the file share its content with the cache's, where the file system can: nothing is copied then, and whoever
    /// writes to the one does not change the other. False when it has to be copied.
    private func share(_ reply: ReadReply, _ next: ExportPlan.File, _ file: FileDescriptor) throws(ExportFailure)
        -> Bool
    {
        let found: (any OpenFile)? =
            switch reply {
            case .file(let source, 0, _): source
            case .checked(let source, 0, _, _): source
            default: nil
            }
        guard sharesContent, let blob = found as? BlobFile, blob.size == next.size, blob.isIntact(0..<blob.size) else {
            return false
        }
        do throws(Errno) { try file.clone(blob.descriptor) } catch {
            target.sharesContent.store(false, ordering: .relaxed)
            return false
        }
        // The cache keeps notes of its own behind the content.
        try writing(next.path) { () throws(Errno) in try file.setSize(next.size) }
        return true
    }

    private func finish(_ next: ExportPlan.File) throws(ExportFailure) {
        guard let file else { return }
        try writing(next.path) { () throws(Errno) in
            if target.rules.file != 0o600 { try file.setPermissions(target.rules.file) }
            try file.setModified(next.modified)
        }
        self.file = nil
        place += 1
        // A file system may say only now that it has not taken the bytes (close(2)).
        do { try file.close() } catch { throw ExportFailure(error as? Errno ?? .ioError, writing: next.path) }
    }

    // MARK: What is not the job's

    /// Gives the draft what is in the job's directory and is not the job's.
    private func bring(_ path: FilePath, from existing: ExportedJob) throws(ExportFailure) {
        guard let facts = existing.entries[path] else { return }
        if facts.kind == .directory {
            if directories[path] == nil { try make(path, facts.permissions) }
            return
        }
        do throws(Errno) { try link(path, from: existing) } catch .noSuchFileOrDirectory {
            // Removed meanwhile.
        } catch {
            throw ExportFailure(
                .job, file: path,
                "it is not the job's, and cannot be kept beside what is (\(error)): move it elsewhere, or export with --delete"
            )
        }
    }

    // MARK: Directories of the draft

    private func directory(_ path: FilePath) throws(Errno) -> DirectoryHandle {
        guard let known = directories[path] else { throw .noSuchFileOrDirectory }
        return known
    }

    private static func name(of path: FilePath) throws(Errno) -> DirectoryHandle.Name {
        guard let name = path.lastComponent else { throw .invalidArgument }
        return name
    }

    private func writing<Value>(
        _ path: FilePath, _ call: () throws(Errno) -> Value
    ) throws(ExportFailure) -> Value {
        do throws(Errno) { return try call() } catch { throw ExportFailure(error, writing: path) }
    }
}
