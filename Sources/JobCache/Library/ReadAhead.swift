import ArtifactStore

/// What readers do, told to what fetches ahead of them: images, jobs, and sizes.
struct ReadAhead: Sendable {
    let images: ImagePrefetch
    let jobs: JobPrefetch
    let sizes: SizeProbe
    let downloads: ArtifactDownloads

    /// Takes in that a thread begins to read a file, so that what it is going to read next can be on its way. Does not wait.
    func noticeRead(of slot: ArtifactSlot, of job: Job, by reader: Int32) {
        if slot.isImage {
            images.noticeRead(of: slot, of: job, by: reader)
            sizes.noticeRead(of: slot, of: job.ordinal)
        }
        jobs.noticeRead(of: slot, of: job.ordinal, by: reader)
    }

    /// Takes in that a thread lists the jobs, or the images of one.
    func noticeListing(ofImagesOf job: Job?, by reader: Int32) {
        guard let job else { return jobs.noticeListing(by: reader) }
        images.noticeListing(of: job, by: reader)
        sizes.noticeListing(of: job.ordinal)
    }

    /// Gives up what is fetched ahead of readers who have gone.
    func sweep() {
        images.sweep()
        downloads.sweep()
    }
}
