import ArtifactStore

/// Notices that someone goes through a directory of images, as `ls -l` does: two of its names in a short time.
struct DirectoryWalks {
    private struct Walk {
        var name: FileName
        var lookedAt: ContinuousClock.Instant
        var isNoticed = false
    }

    /// From one look to the next, waiting for the answer to the first included.
    static let pause = Duration.seconds(5)

    private var walks = GenerationCache<JobOrdinal, Walk>(generation: 64)

    /// Takes in a look at a name whose size was not known. True once in a walk: when it turns out to be one, which a look at a
    /// file that is likely to be read does not show.
    mutating func notice(
        _ name: String, of job: JobOrdinal, at now: ContinuousClock.Instant, isNamed: Bool = false
    ) -> Bool {
        let name = FileName(name)
        guard var walk = walks.value(for: job), now - walk.lookedAt <= Self.pause else {
            walks.set(Walk(name: name, lookedAt: now), for: job)
            return false
        }
        let isNew = !isNamed && !walk.isNoticed && walk.name != name
        walk.lookedAt = now
        walk.isNoticed = walk.isNoticed || isNew
        walks.set(walk, for: job)
        return isNew
    }
}
