import ArtifactStore

/// Files that are cut out of a job's document, as what other files are made of.
extension JobLibrary {
    /// A file that was cut out of a job's document, whole and right, and the job as it is then; none when it has no such file.
    func content(of slot: ArtifactSlot, _ job: Job) async throws(Failure) -> (BlobFile?, Job) {
        guard let artifact = job.artifact(slot), mayBeHad(artifact, of: job) else { return (nil, job) }
        if let blob = try await whole(artifact, of: job) { return (blob, job) }
        let job = try await refill(artifact, of: job)
        guard let artifact = job.artifact(slot) else { return (nil, job) }
        if let blob = try await whole(artifact, of: job) { return (blob, job) }
        try checkExpiry(of: artifact.name, job)
        throw Failure(.cacheFailed, "\(artifact.name) of job \(job.id) is no longer in the cache, nor at the API")
    }
}
