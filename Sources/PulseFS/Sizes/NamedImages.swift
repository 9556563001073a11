import ArtifactStore

/// Tells whoever names an image, to read it, from whoever goes through the images of a job for their sizes.
///
/// A name that comes after one which nobody has read is one of a walk: its size is asked for alone. So is each name of a
/// directory that was listed: the kernel keeps the listing, and whoever goes through it later is not seen to. The first bytes of
/// any other are likely to be read.
struct NamedImages {
    /// A look at an image whose size was not known.
    struct Look {
        fileprivate let slot: ArtifactSlot
        let job: JobOrdinal
        /// Whether it is likely to be read.
        let isNamed: Bool
    }

    private struct Unread {
        let reader: Int32
        /// When the size was told; nil while it is waited for.
        var toldAt: ContinuousClock.Instant?
    }

    private struct Record {
        var isListed = false
        /// What was looked at and has not been read.
        var unread: [ArtifactSlot: Unread] = [:]
    }

    /// How long a look says something of the next look, from its answer.
    static let memory = Duration.seconds(5)
    /// How soon a reader reads after it was told the size, at the latest, while others look at other images.
    static let pause = Duration.milliseconds(20)
    private static let mostUnread = 64

    private var records = GenerationCache<JobOrdinal, Record>(generation: 4096)

    /// Takes in that the names of a job's images are listed.
    mutating func noticeListing(of job: JobOrdinal) {
        var record = records.value(for: job) ?? Record()
        guard !record.isListed else { return }
        record.isListed = true
        records.set(record, for: job)
    }

    /// Takes in a look at an image of unknown size. `isWalk` says that the sizes of the others are being asked for.
    mutating func look(
        at slot: ArtifactSlot, of job: JobOrdinal, by reader: Int32, isWalk: Bool, at now: ContinuousClock.Instant
    ) -> Look {
        var record = records.value(for: job) ?? Record()
        record.unread = record.unread.filter { ($0.value.toldAt ?? now).duration(to: now) < Self.memory }
        let isOneOfMany = record.unread.contains { other, look in
            guard other != slot, let toldAt = look.toldAt else { return false }
            return look.reader == reader || toldAt.duration(to: now) >= Self.pause
        }
        let isNamed = !isWalk && !record.isListed && !isOneOfMany && record.unread.count < Self.mostUnread
        if record.unread.count < Self.mostUnread { record.unread[slot] = Unread(reader: reader) }
        records.set(record, for: job)
        return Look(slot: slot, job: job, isNamed: isNamed)
    }

    /// The size was told to whoever looked.
    mutating func tell(_ look: Look, at now: ContinuousClock.Instant) {
        guard var record = records.value(for: look.job), record.unread[look.slot] != nil else { return }
        record.unread[look.slot]?.toldAt = now
        records.set(record, for: look.job)
    }

    /// The look was answered with an error, or was given up: it says nothing of the next.
    mutating func forget(_ look: Look) { noticeRead(of: look.slot, of: look.job) }

    /// Takes in that an image is read.
    mutating func noticeRead(of slot: ArtifactSlot, of job: JobOrdinal) {
        guard var record = records.value(for: job), record.unread.removeValue(forKey: slot) != nil else { return }
        records.set(record, for: job)
    }
}
