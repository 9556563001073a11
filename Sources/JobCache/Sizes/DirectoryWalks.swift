import ArtifactStore

/// Notices that someone goes through a directory of images, as `ls -l` does: two of its names in a short time.
struct DirectoryWalks {
    private struct Walk {
        var name: FileName
        var lookedAt: ContinuousClock.Instant
        var isNoticed = false
        /// Looks that wait for their answer.
        var waiting = 0
    }

    /// From the answer to one look to the next look. How long a server takes for the answer says nothing of who asks.
    static let pause = Duration.seconds(5)

    private var walks = GenerationCache<JobOrdinal, Walk>(generation: 64)

    /// Takes in a look at a name whose size was not known; `answer` is to follow. True once in a walk: when it turns out to be one,
    /// which the look of a reader, who reads what it looks at, does not show.
    mutating func notice(
        _ name: String, of job: JobOrdinal, at now: ContinuousClock.Instant, isReader: Bool = false
    ) -> Bool {
        let name = FileName(name)
        guard var walk = walks.value(for: job), walk.waiting > 0 || now - walk.lookedAt <= Self.pause else {
            walks.set(Walk(name: name, lookedAt: now, waiting: 1), for: job)
            return false
        }
        let isNew = !isReader && !walk.isNoticed && walk.name != name
        walk.lookedAt = now
        walk.isNoticed = walk.isNoticed || isNew
        walk.waiting += 1
        walks.set(walk, for: job)
        return isNew
    }

    /// Takes in that the names are read one after the other: whoever goes through them for their sizes later is another.
    mutating func end(_ job: JobOrdinal) {
        guard var walk = walks.value(for: job) else { return }
        walk.isNoticed = false
        walks.set(walk, for: job)
    }

    /// Takes in that a look was answered, with a size or an error: once for each look taken in.
    mutating func answer(in job: JobOrdinal, at now: ContinuousClock.Instant) {
        guard var walk = walks.value(for: job), walk.waiting > 0 else { return }
        walk.waiting -= 1
        walk.lookedAt = now
        walks.set(walk, for: job)
    }
}
