import FUSE
import JobCache
import SystemPackage

/// `jobs/index.html`, which is not listed: what `ls jobs` lists are jobs.
extension PulseFileSystem {
    func lookupJobsPage() -> Answer<LookupReply> {
        jobsPageContent(renewing: true).map { content in
            .found(
                Entry(
                    attributes: self.jobsPageAttributes(content), nameLifetime: .madeAnew, attributesLifetime: .madeAnew
                ))
        }
    }

    func getattrOfJobsPage() -> Answer<AttributeReply> {
        jobsPageContent(renewing: false).map { content in
            AttributeReply(attributes: self.jobsPageAttributes(content), lifetime: .madeAnew)
        }
    }

    func readJobsPage(at offset: UInt64, count: Int) -> Answer<ReadReply> {
        jobsPageContent(renewing: false).map { .bytes(slice($0.bytes, offset, count)) }
    }

    private func jobsPageAttributes(_ content: JobsPageFile.Content) -> FileAttributes {
        policy.file(.jobsPage, size: UInt64(content.bytes.count), modified: content.time)
    }

    private func jobsPageContent(renewing: Bool) -> Answer<JobsPageFile.Content> {
        if let content = jobsPage.content(renewing: renewing) { return .now(content) }
        return .later { [jobsPage] () throws(Errno) in
            do throws(Failure) {
                return try await jobsPage.make()
            } catch {
                throw self.logged(error)
            }
        }
    }
}
