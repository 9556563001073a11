import ArtifactStore
import FUSE
import JobCache
import PulseAPI
import Quantities
import SystemPackage

/// Looks at a job as a mount shows it, by the tree that answers the kernel, without a kernel.
struct TreeReader: Sendable {
    private let tree: PulseFileSystem
    private let library: JobLibrary

    /// Of no thread: nothing is fetched ahead of it.
    private static let caller = Caller(thread: 0, user: 0, group: 0)
    /// Entries that are asked for at a time.
    private static let page = 1024

    /// What is not to be had without asking the API, or without making it.
    private struct Unknown: Error {}

    /// How a plan is made.
    private struct Looking {
        let isQuick: Bool
        let making: MakingTimes
        let troubles: [FilePath: String]
    }

    init(_ tree: PulseFileSystem, _ library: JobLibrary) { (self.tree, self.library) = (tree, library) }

    // MARK: Plans

    /// What a finished job shows, as far as that is known without a request; nil when it is not, or when the job still runs.
    func knownPlan(of job: Job) async -> ExportPlan? {
        guard job.phase.isTerminal, !job.awaitsLargeResult || library.withholds(job), !library.isWorthAskingAgain(job)
        else { return nil }
        return try? await plan(of: job, isQuick: true)
    }

    /// What a job shows. Its files are best in the cache already; `troubles` are those that could not be brought there, by their
    /// paths, in words.
    func plan(of job: Job, _ troubles: [FilePath: String]) async throws(ExportFailure) -> ExportPlan {
        // Made by themselves, they may take longer than a file operation. What is wrong with them is met again below.
        if library.mayHaveParts(job) { _ = try? await library.parts(of: job) }
        if library.knownPage(of: job) == nil { _ = try? await library.page(of: job) }
        do {
            return try await plan(of: try library.catalog.job(job.ordinal) ?? job, isQuick: false, troubles)
        } catch let error as ExportFailure {
            throw error
        } catch {
            throw ExportFailure(.job, "\(error)")
        }
    }

    private func plan(of job: Job, isQuick: Bool, _ troubles: [FilePath: String] = [:]) async throws -> ExportPlan {
        var plan = ExportPlan(id: job.id, status: job.status)
        let attributes = tree.directoryAttributes(.job(job.ordinal), job)
        plan.directories.append(.init(path: "", modified: attributes.modified))
        plan.hasPartsElsewhere = isQuick && library.mayHaveParts(job) && !library.hasParts(job)
        let looking = Looking(isQuick: isQuick, making: MakingTimes(of: job, library.store), troubles: troubles)
        try await list(Node.job(job.ordinal).id, at: "", of: job, looking, into: &plan)
        return plan
    }

    private func list(
        _ node: NodeID, at path: FilePath, of job: Job, _ looking: Looking,
        into plan: inout ExportPlan
    ) async throws {
        var cookie = DirectoryCookie.start
        while true {
            let entries: [DirectoryEntry]
            do throws(Errno) {
                entries = try await tree.readdir(node, after: cookie, limit: Self.page, for: Self.caller).resolved()
            } catch {
                throw ExportFailure(error, reading: path, looking.troubles[path])
            }
            guard let last = entries.last else { return }
            cookie = last.cookie
            for entry in entries {
                // The tree lists safe names alone.
                guard FileName.isSafe(entry.name), let name = FilePath.Component(entry.name) else { continue }
                guard !plan.hasPartsElsewhere || !path.appending(name).isOfPart else { continue }
                try await take(entry, at: path.appending(name), in: node, of: job, looking, into: &plan)
            }
        }
    }

    private func take(
        _ entry: DirectoryEntry, at path: FilePath, in directory: NodeID, of job: Job, _ looking: Looking,
        into plan: inout ExportPlan
    ) async throws {
        guard let attributes = try await attributes(of: entry, at: path, in: directory, looking) else { return }
        if attributes.kind == .directory {
            plan.directories.append(.init(path: path, modified: attributes.modified))
            return try await list(attributes.node, at: path, of: job, looking, into: &plan)
        }
        plan.files.append(
            ExportPlan.File(
                path: path, node: attributes.node, size: attributes.size, modified: attributes.modified,
                changed: looking.making.lastChange(of: attributes),
                content: content(of: attributes, job)))
    }

    /// Nil for a file that has turned out not to be there.
    private func attributes(
        of entry: DirectoryEntry, at path: FilePath, in directory: NodeID, _ looking: Looking
    ) async throws -> FileAttributes? {
        if let known = entry.entry { return known.attributes }
        let answer = tree.lookup(entry.name, in: directory, for: Self.caller)
        if looking.isQuick, case .later = answer { throw Unknown() }
        let reply: LookupReply
        do throws(Errno) { reply = try await answer.resolved() } catch {
            throw ExportFailure(error, reading: path, looking.troubles[path])
        }
        if case .found(let found) = reply { return found.attributes }
        return nil
    }

    private func content(of attributes: FileAttributes, _ job: Job) -> [UInt8]? {
        guard case .file(_, let slot)? = Node(attributes.inode) else { return nil }
        switch slot {
        case .status, .error: break
        case .page: guard case .own? = library.knownPage(of: job) else { return nil }
        default: return nil
        }
        let answer = read(attributes.node, at: 0, count: Int(clamping: attributes.size))
        if case .now(.bytes(let bytes)) = answer, UInt64(bytes.count) == attributes.size { return bytes }
        return nil
    }

    // MARK: Bytes

    /// Bytes of a file of a plan, as a mount would reply with them.
    func read(_ node: NodeID, at offset: UInt64, count: Int) -> Answer<ReadReply> {
        tree.read(node, at: offset, count: count, for: Self.caller)
    }
}

/// When the files were made that are made here, and anew whenever this program makes others of the same result.
private struct MakingTimes {
    private let page, parts: FileTime?

    init(of job: Job, _ store: ArtifactStore) {
        page = store.publicationTime(of: job.blobKey(.page)).map { FileTime($0) }
        parts = store.publicationTime(of: job.blobKey(.parts)).map { FileTime($0) }
    }

    /// When a file got the bytes that it has now, if it may have had others with the same size and date.
    func lastChange(of attributes: FileAttributes) -> FileTime? {
        guard case .file(_, let slot)? = Node(attributes.inode) else { return nil }
        let made = slot == .page ? page : slot.partNumber.flatMap { _ in parts }
        guard attributes.changed > attributes.modified else { return made }
        return made.map { max($0, attributes.changed) } ?? attributes.changed
    }
}
