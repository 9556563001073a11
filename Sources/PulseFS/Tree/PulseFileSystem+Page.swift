import ArtifactStore
import FUSE
import JobCache
import PulseAPI
import SystemPackage

/// `index.html` of a job. Its size is known when the page is: whoever looks it up has it made.
extension PulseFileSystem {
    func pageEntry(of job: Job) -> Answer<Entry> {
        switch library.knownPage(of: job) {
        case .own(let bytes): return .now(entry(.page, size: UInt64(bytes.count), of: job))
        case .stored(let page): return .now(entry(page, of: job))
        case nil: break
        }
        return .later { [library] () throws(Errno) in
            do throws(Failure) {
                let page = try await library.page(of: job)
                let job = try library.catalog.job(job.ordinal) ?? job
                library.derived.shownPages.remove(job.ordinal)
                return self.entry(page, of: job)
            } catch {
                throw self.logged(error, Place(job: job.id.text, file: ArtifactKind.page.name))
            }
        }
    }

    /// What a listing tells of it: nothing that would have to be made.
    func knownPageEntry(of job: Job) -> Entry? { library.storedPage(of: job).map { entry($0, of: job) } }

    func readPage(of job: Job, at offset: UInt64, count: Int, for caller: Caller) -> Answer<ReadReply> {
        if let own = library.derived.shownPages.bytes(of: job.ordinal) {
            return .now(.bytes(slice(own, offset, count)))
        }
        guard let page = job.artifact(.page) else {
            // Of a mount that has let go of what it showed.
            guard case .own(let bytes) = library.knownPage(of: job) else { return .failed(.staleNode) }
            return .now(.bytes(slice(bytes, offset, count)))
        }
        let otherwise = { @Sendable () async throws(Errno) -> ReadReply in
            if self.crawlers.contains(caller.thread) { throw .notForCrawlers }
            return try await self.whileOpen { () throws(Errno) in
                do throws(Failure) {
                    return ReadReply(try await self.library.readPage(page, of: job, at: offset, count: count))
                } catch {
                    throw self.logged(error, Place(job, page))
                }
            }
        }
        if !job.isMisshown(.page), let blob = library.blob(.page, of: job), blob.size == page.size {
            // Whoever reads pages reads the next job's next: what they are made from can be on its way.
            noticeRead(of: .markdown, of: job, at: offset, by: caller)
            library.events.cache.hit()
            return .now(.file(blob, offset: offset, length: count, otherwise: otherwise))
        }
        library.events.cache.miss()
        return .later(otherwise)
    }
}
