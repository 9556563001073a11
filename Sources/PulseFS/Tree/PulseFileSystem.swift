import ArtifactStore
package import FUSE
package import JobCache
import PulseAPI
import Quantities
import SystemPackage

/// The tree of the contract, answered from the library: what is known now, what has to be fetched later.
package final class PulseFileSystem: FileSystem {
    let library: JobLibrary
    let policy: AttributePolicy
    let control: ControlFiles
    let keyring: Keyring
    let handedOut = HandedOut()
    let polled = PolledStatuses()
    let explained = ExplainedPaths()
    let crawlers: Crawlers
    let jobsPage: JobsPageFile

    package init(
        library: JobLibrary, keyring: Keyring, policy: AttributePolicy, control: ControlFiles,
        crawlers: Crawlers = Crawlers([])
    ) {
        self.library = library
        self.keyring = keyring
        self.policy = policy
        self.control = control
        self.crawlers = crawlers
        jobsPage = JobsPageFile(library)
    }

    package func getattr(_ node: NodeID, isOpen: Bool, for caller: Caller) -> Answer<AttributeReply> {
        guard let node = self.node(node) else { return .failed(.staleNode) }
        switch node {
        case .root, .control, .explain:
            return .now(AttributeReply(attributes: policy.directory(node), lifetime: .fixed))
        case .readme: return .now(AttributeReply(attributes: readmeAttributes, lifetime: .fixed))
        case .jobs: return .now(AttributeReply(attributes: jobsAttributes, lifetime: .fixed))
        case .jobsPage: return withKey(for: caller) { $0.getattrOfJobsPage() }
        case .controlFile(let file):
            return .now(
                AttributeReply(attributes: control.attributes(of: file, policy, renewing: false), lifetime: .madeAnew))
        case .explained(let number):
            guard let attributes = explainedAttributes(number) else { return .failed(.staleNode) }
            return .now(AttributeReply(attributes: attributes, lifetime: .madeAnew))
        case .job(let ordinal):
            return withKey(for: caller) { tree in
                tree.withJob(ordinal, for: caller) { job, tree in .now(tree.attributes(ofDirectory: node, job)) }
            }
        case .file(let ordinal, .wait):
            return withKey(for: caller) { tree in
                tree.known(ordinal).then { tree.waitAttributes(of: $0, isRead: isOpen) }
            }
        case .images(let ordinal):
            return withKey(for: caller) { tree in
                tree.withJob(ordinal, for: caller) { job, tree in
                    // Dropped with all that was in it.
                    guard ArtifactKind.images.exists(in: job, tree.library) else {
                        return .failed(.absentFile)
                    }
                    return .now(tree.attributes(ofDirectory: node, job))
                }
            }
        case .parts(let ordinal, let directory):
            return withKey(for: caller) { tree in
                tree.withJob(ordinal, for: caller) { job, tree in tree.attributes(of: directory, job) }
            }
        case .file(let ordinal, let slot):
            return withKey(for: caller) { tree in
                tree.withJob(ordinal, for: caller) { job, tree in
                    let entry =
                        slot.partNumber == nil
                        ? tree.entry(slot, of: job) : tree.partEntry(slot, of: job, for: caller)
                    return entry.map {
                        AttributeReply(attributes: $0.attributes, lifetime: $0.attributesLifetime)
                    }
                }
            }
        }
    }

    /// What a node of the kernel's stands for; nil for one that is of no use any more.
    func node(_ id: NodeID) -> Node? { library.shown.place(of: id) }

    package func read(_ node: NodeID, at offset: UInt64, count: Int, for caller: Caller) -> Answer<ReadReply> {
        // Bytes of another version may have been found or come for it meanwhile.
        whileCurrent(node, readCurrent(node, at: offset, count: count, for: caller))
    }

    private func whileCurrent(_ id: NodeID, _ answer: Answer<ReadReply>) -> Answer<ReadReply> {
        switch answer {
        case .now(.checked(let file, let offset, let count, let otherwise)) where node(id) != nil:
            return .now(
                .checked(file, offset: offset, count: count) { () throws(Errno) in
                    let reply = try await otherwise()
                    guard self.node(id) != nil else { throw .staleNode }
                    return reply
                })
        case .now, .failed: return node(id) == nil ? .failed(.staleNode) : answer
        case .later(let work):
            return .later { () throws(Errno) in
                let reply: ReadReply
                do throws(Errno) { reply = try await work() } catch {
                    throw self.node(id) == nil ? .staleNode : error
                }
                guard self.node(id) != nil else { throw .staleNode }
                return reply
            }
        }
    }

    private func readCurrent(
        _ node: NodeID, at offset: UInt64, count: Int, for caller: Caller
    ) -> Answer<ReadReply> {
        switch self.node(node) {
        case .readme: return .now(.bytes(slice(ReadMe.bytes, offset, count)))
        case .controlFile(let file): return .now(.bytes(slice(control.bytes(of: file), offset, count)))
        case .explained(let number):
            guard let file = explained.file(number) else { return .failed(.staleNode) }
            return .now(.bytes(slice(file.bytes, offset, count)))
        case .jobsPage: return withKey(for: caller) { $0.readJobsPage(at: offset, count: count) }
        case .file(let ordinal, .wait):
            return withKey(for: caller, isBounded: false) { tree in
                tree.known(ordinal).then { tree.readWait(of: $0, at: offset, count: count) }
            }
        case .file(let ordinal, let slot):
            return withKey(for: caller) { tree in
                // What the kernel holds a node of may be read without asking whether the job has gone on.
                tree.known(ordinal).then { job in
                    tree.read(slot, of: job, at: offset, count: count, for: caller)
                }
            }
        case .none: return .failed(.staleNode)
        default: return .failed(.isDirectory)
        }
    }

    private func read(
        _ slot: ArtifactSlot, of job: Job, at offset: UInt64, count: Int, for caller: Caller
    ) -> Answer<ReadReply> {
        if slot.partNumber != nil { return readPart(slot, of: job, at: offset, count: count, for: caller) }
        if slot == .page { return readPage(of: job, at: offset, count: count, for: caller) }
        let own: [UInt8]? =
            switch slot {
            case .status: job.statusDocument
            case .error: library.explanation(of: job) ?? []
            default: nil
            }
        if let own {
            noticeRead(of: slot, of: job, at: offset, by: caller)
            return .now(.bytes(slice(own, offset, count)))
        }
        guard let artifact = job.artifact(slot) else {
            return .failed(.missingFile(isExpired: job.phase == .expired))
        }
        let otherwise = { @Sendable () async throws(Errno) -> ReadReply in
            // Damaged, and not to be fetched again for such a one.
            if self.crawlers.contains(caller.thread) { throw .notForCrawlers }
            return try await self.whileOpen { () throws(Errno) in
                do throws(Failure) {
                    return ReadReply(
                        try await self.library.read(
                            artifact, of: job, at: offset, count: count, for: caller.thread))
                } catch {
                    throw self.logged(error, Place(job, artifact))
                }
            }
        }
        let place = ShownFiles.Place(job.ordinal, slot)
        let shown = library.shown.node(of: place)
        if !job.isMisshown(slot), let blob = library.blob(slot, of: job), blob.size == artifact.size ?? blob.size {
            // What is in the cache now is not what was shown of it.
            guard library.shown.node(of: place) == shown else { return .failed(logged(.changed, Place(job, artifact))) }
            noticeRead(of: slot, of: job, at: offset, by: caller)
            library.events.cache.hit()
            return .now(.file(blob, offset: offset, length: count, otherwise: otherwise))
        }
        library.events.cache.miss()
        return .later(otherwise)
    }

    /// What a program reads now tells what it is going to read next; nothing is fetched ahead of a crawler.
    func noticeRead(of slot: ArtifactSlot, of job: Job, at offset: UInt64, by caller: Caller) {
        guard offset == 0, !crawlers.contains(caller.thread) else { return }
        library.noticeRead(of: slot, of: job, by: caller.thread)
    }

    package func statfs() -> FileSystemStatistics {
        let space = library.store.capacity()
        return FileSystemStatistics(capacity: space?.total ?? 0, available: space?.available ?? 0, files: 0)
    }

    /// Nodes are computed from their numbers: there is nothing to let go of.
    package func forget(_ node: NodeID, count: UInt64) {}

    // MARK: Jobs

    /// The job that a node belongs to. The API is asked when it has not shown the job to the key in use yet, as after a
    /// change of the key.
    func known(_ ordinal: JobOrdinal) -> Answer<Job> {
        do throws(Failure) {
            if let job = try library.catalog.job(ordinal) { return .now(job) }
            guard let id = try library.catalog.id(of: ordinal) else { return .failed(.staleNode) }
            if let refusal = library.catalog.refusal(of: id) { return .failed(logged(refusal, id)) }
            return .later { () throws(Errno) in try await self.refreshed(id) }
        } catch {
            return .failed(logged(error))
        }
    }

    /// Answers about a job: now when what is known of it is final or fresh, else when the API has been asked.
    ///
    /// A crawler is shown a running job as it was when last heard of.
    func withJob<Value: Sendable>(
        _ ordinal: JobOrdinal, for caller: Caller, _ answer: @escaping @Sendable (Job, PulseFileSystem) -> Answer<Value>
    ) -> Answer<Value> {
        known(ordinal).then { job in
            if self.isCurrent(job) || self.crawlers.contains(caller.thread) {
                do throws(Failure) { return answer(try self.library.known(job), self) } catch {
                    return .failed(self.logged(error, job.id))
                }
            }
            return .later { () throws(Errno) in try await answer(try await self.refreshed(job.id), self).resolved() }
        }
    }

    func isCurrent(_ job: Job) -> Bool { library.catalog.freshness(of: job) != .zero }

    func refreshed(_ id: JobID) async throws(Errno) -> Job {
        do throws(Failure) { return try await library.refresh(id) } catch { throw logged(error, id) }
    }

    // MARK: Attributes

    private func attributes(ofDirectory node: Node, _ job: Job) -> AttributeReply {
        AttributeReply(attributes: directoryAttributes(node, job), lifetime: lifetime(of: job))
    }

    func directoryAttributes(_ node: Node, _ job: Job) -> FileAttributes {
        policy.directory(node, modified: job.modified)
    }

    /// Kept by the kernel until it is told that the listing has changed: every path through `jobs` checks them.
    var jobsAttributes: FileAttributes { policy.directory(.jobs, modified: FileTime(library.catalog.listingChanged)) }

    var readmeAttributes: FileAttributes { policy.file(.readme, size: UInt64(ReadMe.bytes.count)) }
}

func slice(_ bytes: [UInt8], _ offset: UInt64, _ count: Int) -> [UInt8] {
    guard offset < UInt64(bytes.count) else { return [] }
    return Array(bytes[Int(offset)...].prefix(count))
}

extension Job {
    /// `updated_at`, or else the best that is known.
    var modified: FileTime { FileTime(facts.modifiedAt) }
}

extension PulseFileSystem {
    /// The errno for the kernel; the words, which it cannot carry, go to the log.
    func logged(_ failure: Failure, _ place: Place? = nil) -> Errno { library.events.failed(failure, at: place) }

    func logged(_ failure: Failure, _ id: JobID) -> Errno { logged(failure, Place(job: id.text)) }
}

extension Answer {
    /// The answer, waited for.
    func resolved() async throws(Errno) -> Value {
        switch self {
        case .now(let value): return value
        case .failed(let error): throw error
        case .later(let work): return try await work()
        }
    }

    /// What follows from the answer, now if both are.
    func then<Other: Sendable>(_ next: @escaping @Sendable (Value) -> Answer<Other>) -> Answer<Other> {
        switch self {
        case .now(let value): next(value)
        case .failed(let error): .failed(error)
        case .later(let work): .later { () throws(Errno) in try await next(try await work()).resolved() }
        }
    }

    func map<Other: Sendable>(_ transform: @escaping @Sendable (Value) -> Other) -> Answer<Other> {
        switch self {
        case .now(let value): .now(transform(value))
        case .failed(let error): .failed(error)
        case .later(let work): .later { () throws(Errno) in transform(try await work()) }
        }
    }
}
