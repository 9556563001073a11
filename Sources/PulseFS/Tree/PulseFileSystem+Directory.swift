import ArtifactStore
package import FUSE
import JobCache
import PulseAPI
import Quantities
import SystemPackage

extension PulseFileSystem {
    package func readdir(
        _ node: NodeID, after cookie: DirectoryCookie, limit: Int, for caller: Caller
    ) -> Answer<[DirectoryEntry]> {
        switch self.node(node) {
        case .root: return .now(page(rootEntries, after: cookie, limit))
        case .control: return .now(page(controlEntries, after: cookie, limit))
        case .explain: return .now([])
        case .jobs:
            return withKey(for: caller) { tree in
                if !tree.crawlers.contains(caller.thread) { tree.library.noticeListing(by: caller.thread) }
                return tree.listJobs(after: cookie, limit)
            }
        case .job(let ordinal):
            return withKey(for: caller) { tree in
                tree.withJob(ordinal, for: caller) { job, tree in
                    tree.withPartEntries(of: job, for: caller) { parts, tree in
                        tree.page(tree.entries(of: job, parts), after: cookie, limit)
                    }
                }
            }
        case .parts(let ordinal, let directory):
            return withKey(for: caller) { tree in
                tree.withJob(ordinal, for: caller) { job, tree in
                    tree.list(directory, of: job, after: cookie, limit, for: caller)
                }
            }
        case .images(let ordinal):
            return withKey(for: caller) { tree in
                tree.withJob(ordinal, for: caller) { job, tree in
                    if !tree.crawlers.contains(caller.thread) {
                        tree.library.noticeListing(ofImagesOf: job, by: caller.thread)
                    }
                    return tree.listImages(of: job, after: cookie, limit)
                }
            }
        case .readme, .controlFile, .explained, .jobsPage, .file: return .failed(.notDirectory)
        case .none: return .failed(.staleNode)
        }
    }

    private func page(_ entries: [DirectoryEntry], after cookie: DirectoryCookie, _ limit: Int) -> [DirectoryEntry] {
        Array(entries.lazy.filter { $0.cookie > cookie }.prefix(limit))
    }

    private var rootEntries: [DirectoryEntry] {
        [
            DirectoryEntry(
                name: "README.txt", node: Node.readme.id, kind: .file, cookie: DirectoryCookie(1),
                entry: Entry(attributes: readmeAttributes, nameLifetime: .fixed, attributesLifetime: .fixed)),
            DirectoryEntry(
                name: ".pulsefs", node: Node.control.id, kind: .directory, cookie: DirectoryCookie(2),
                entry: Entry(
                    attributes: policy.directory(.control), nameLifetime: .fixed, attributesLifetime: .fixed)),
            DirectoryEntry(
                name: "jobs", node: Node.jobs.id, kind: .directory, cookie: DirectoryCookie(3),
                entry: Entry(attributes: jobsAttributes, nameLifetime: .fixed, attributesLifetime: .fixed)),
        ]
    }

    /// Without attributes: what a control file says, and how long it is, is made when someone looks at it.
    private var controlEntries: [DirectoryEntry] {
        ControlFile.allCases.map { file in
            DirectoryEntry(
                name: file.name, node: Node.controlFile(file).id, kind: .file,
                cookie: DirectoryCookie(UInt64(file.rawValue) +| 1), entry: nil)
        }
    }

    /// A job's place in the listing is its ordinal, which stays while others come and go. Makes no request: a running
    /// job is listed without attributes.
    private func listJobs(after cookie: DirectoryCookie, _ limit: Int) -> Answer<[DirectoryEntry]> {
        do throws(Failure) {
            let jobs = try library.catalog.known(
                after: JobOrdinal(Int64(clamping: cookie.rawValue)), limit: min(limit, 1024))
            handedOut.insert(jobs.lazy.filter(\.isTerminal).map(\.ordinal))
            return .now(
                jobs.map { job in
                    let node = Node.job(job.ordinal)
                    let attributes = policy.directory(
                        node, modified: FileTime(job.updatedAt ?? job.createdAt ?? job.checkedAt))
                    let entry = Entry(attributes: attributes, nameLifetime: .fixed, attributesLifetime: .fixed)
                    return DirectoryEntry(
                        name: job.id, node: node.id, kind: .directory,
                        cookie: DirectoryCookie(UInt64(clamping: job.ordinal.rawValue)),
                        entry: job.isTerminal ? entry : nil)
                })
        } catch {
            return .failed(logged(error))
        }
    }

    /// In the order of their cookies.
    private func entries(of job: Job, _ parts: [DirectoryEntry]) -> [DirectoryEntry] {
        let own = ArtifactKind.all.filter { $0.isListed(in: job, library) }.map { kind in
            let node: Node = kind.slot == .images ? .images(job.ordinal) : .file(job.ordinal, kind.slot)
            return DirectoryEntry(
                name: kind.name, node: node.id, kind: kind.slot == .images ? .directory : .file,
                cookie: DirectoryCookie(UInt64(clamping: kind.slot.rawValue)),
                entry: knownEntry(kind, node, of: job))
        }
        return (own + parts).sorted { $0.cookie < $1.cookie }
    }

    /// What a lookup would answer, unless it had to ask someone.
    private func knownEntry(_ kind: ArtifactKind, _ node: Node, of job: Job) -> Entry? {
        if kind.slot == .images {
            let lifetime = lifetime(of: job)
            return Entry(
                attributes: directoryAttributes(node, job), nameLifetime: lifetime, attributesLifetime: lifetime)
        }
        if kind.dependsOnLargeResult, job.awaitsLargeResult { return nil }
        if kind.slot == .page { return knownPageEntry(of: job) }
        guard case .now(let entry) = entry(kind.slot, of: job) else { return nil }
        return entry
    }

    private func listImages(of job: Job, after cookie: DirectoryCookie, _ limit: Int) -> Answer<[DirectoryEntry]> {
        guard !job.awaitsLargeResult || library.withholds(job) else {
            // Which images there are is part of the result.
            return .later { [library] () throws(Errno) in
                do throws(Failure) {
                    return self.images(of: try await library.fetchLargeResult(of: job), after: cookie, limit)
                } catch {
                    throw self.logged(error, job.id)
                }
            }
        }
        return .now(images(of: job, after: cookie, limit))
    }

    private func images(of job: Job, after cookie: DirectoryCookie, _ limit: Int) -> [DirectoryEntry] {
        let slots = job.listedImages
        // Slots ascend, so the place after the cookie is found by halving.
        var low = 0
        var high = slots.count
        while low < high {
            let middle = (low + high) / 2
            if UInt64(clamping: slots[middle].rawValue) <= cookie.rawValue { low = middle + 1 } else { high = middle }
        }
        let shown = slots[low...].lazy.compactMap { job.artifact($0) }.filter { self.library.mayBeHad($0, of: job) }
        return shown.prefix(limit).map { artifact in
            DirectoryEntry(
                name: artifact.name, node: Node.file(job.ordinal, artifact.slot).id, kind: .file,
                cookie: DirectoryCookie(UInt64(clamping: artifact.slot.rawValue)),
                entry: artifact.size == nil || library.isTooLarge(artifact) ? nil : entry(artifact, of: job))
        }
    }
}
