import FUSE
import JobCache
import SystemPackage

/// `.wait`: whoever reads it gets the last status line of the job, when the job has ended.
///
/// Waiting is done where the kernel asks for the size before it reads, which holds no lock: one that waits in a lookup keeps
/// others out of the directory, and cannot be killed while another one looks the same name up. So the name is there at once,
/// as an empty file, and stat(2) does not wait; read(2) asks anew each time, since the size is never kept before it is final.
/// The kernel is given the content before anyone is answered who reads (`Session.store`), also whoever comes when the end is
/// known here and the kernel has not been told: it drops an answer when it has taken in another one since it asked, such as to a
/// stat(2) of a moment before, and would then read an empty file.
extension PulseFileSystem {
    func lookupWait(in job: Job) -> Answer<LookupReply> {
        let reply = waitAttributes(of: job, isEnded: JobEnding(job))
        return .now(
            .found(
                Entry(attributes: reply.attributes, nameLifetime: .fixed, attributesLifetime: reply.lifetime)))
    }

    /// `isRead` says that someone reads the file, and waits.
    func waitAttributes(of job: Job, isRead: Bool) -> Answer<AttributeReply> {
        let ending = JobEnding(job)
        guard isRead, ending == nil || !library.catalog.isAnnounced(job.ordinal) else {
            return .now(waitAttributes(of: job, isEnded: ending))
        }
        return .later { () throws(Errno) in
            let ended = ending == nil ? try await self.ended(job) : job
            await self.library.catalog.announced(job.ordinal)
            return self.waitAttributes(of: ended, isEnded: JobEnding(ended))
        }
    }

    func readWait(of job: Job, at offset: UInt64, count: Int) -> Answer<ReadReply> {
        if let ending = JobEnding(job) { return .now(.bytes(slice(ending.content, offset, count))) }
        return .later { () throws(Errno) in
            let content = JobEnding(try await self.ended(job))?.content ?? []
            return .bytes(slice(content, offset, count))
        }
    }

    private func ended(_ job: Job) async throws(Errno) -> Job {
        do throws(Failure) { return try await library.untilEnded(job.id) } catch {
            throw logged(error, job.id)
        }
    }

    private func waitAttributes(of job: Job, isEnded ending: JobEnding?) -> AttributeReply {
        AttributeReply(
            attributes: policy.file(
                .file(job.ordinal, .wait), size: UInt64(ending?.content.count ?? 0), modified: job.modified),
            lifetime: ending == nil ? .untilNextAnswer : .fixed)
    }
}
