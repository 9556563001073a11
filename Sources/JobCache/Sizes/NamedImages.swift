import ArtifactStore

/// Tells whoever names an image, to read it, from whoever goes through the images of a job for their sizes.
///
/// A name that comes after one which nobody has read is one of a walk: its size is asked for alone. So is each name of a
/// directory that was listed, since the kernel keeps the listing and whoever goes through it later is not seen to, unless whoever
/// looks has just read the two that it looked at before. The first bytes of any other are likely to be read.
struct NamedImages {
    /// A look at an image whose size was not known.
    struct Look {
        fileprivate let slot: ArtifactSlot
        let job: JobOrdinal
        /// Whether it is likely to be read.
        let isNamed: Bool
        /// Whether others were looked at and not read, as by whoever wants the sizes of all.
        let isOneOfMany: Bool
    }

    private struct Unread {
        let reader: Int32
        /// When the size was told; nil while it is waited for.
        var toldAt: ContinuousClock.Instant?
    }

    /// Somebody who has read what it looked at.
    private struct Reader {
        /// Images in a row.
        var reads = 0
        var readAt: ContinuousClock.Instant
    }

    private struct Record {
        var isListed = false
        /// What was looked at and has not been read.
        var unread: [ArtifactSlot: Unread] = [:]
        var readers: [Int32: Reader] = [:]
        /// How many have been read since someone looked at one of many.
        var reads = 0
    }

    /// How long a look says something of the next look, from its answer.
    static let memory = Duration.seconds(5)
    /// How soon a reader reads after it was told the size, at the latest, while others look at other images.
    static let pause = Duration.milliseconds(20)
    private static let mostUnread = 64
    private static let mostReaders = 64
    /// Who has read so many in a row in a directory that was listed reads the next one too.
    private static let readsOfOne = 2
    /// So many reads in a row by anyone, and nobody goes through the images for their sizes.
    private static let readsOfAll = 4

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
        record.readers = record.readers.filter { $0.value.readAt.duration(to: now) < Self.memory }
        let isReader = (record.readers[reader]?.reads ?? 0) >= Self.readsOfOne
        let isOneOfMany = record.unread.contains { other, look in
            guard other != slot, let toldAt = look.toldAt else { return false }
            // Others may be on the way to their reads. Of a reader that is known as such they say nothing.
            return look.reader == reader || (!isReader && toldAt.duration(to: now) >= Self.pause)
        }
        let isToBeRead = isReader || !record.isListed
        let isNamed = !isWalk && isToBeRead && !isOneOfMany && record.unread.count < Self.mostUnread
        if record.unread.count < Self.mostUnread { record.unread[slot] = Unread(reader: reader) }
        if isOneOfMany {
            record.reads = 0
            record.readers[reader] = nil
        }
        records.set(record, for: job)
        return Look(slot: slot, job: job, isNamed: isNamed, isOneOfMany: isOneOfMany)
    }

    /// The size was told to whoever looked.
    mutating func tell(_ look: Look, at now: ContinuousClock.Instant) {
        guard var record = records.value(for: look.job), record.unread[look.slot] != nil else { return }
        record.unread[look.slot]?.toldAt = now
        records.set(record, for: look.job)
    }

    /// The look was answered with an error, or was given up: it says nothing of the next.
    mutating func forget(_ look: Look) {
        guard var record = records.value(for: look.job), record.unread.removeValue(forKey: look.slot) != nil else {
            return
        }
        records.set(record, for: look.job)
    }

    /// Takes in that an image is read.
    mutating func noticeRead(of slot: ArtifactSlot, of job: JobOrdinal, at now: ContinuousClock.Instant) {
        guard var record = records.value(for: job), let look = record.unread.removeValue(forKey: slot) else { return }
        if look.reader != 0, record.readers.count < Self.mostReaders || record.readers[look.reader] != nil {
            let reads = record.readers[look.reader]?.reads ?? 0
            record.readers[look.reader] = Reader(reads: min(reads + 1, Self.readsOfOne), readAt: now)
        }
        record.reads = min(record.reads + 1, Self.readsOfAll)
        records.set(record, for: job)
    }

    /// Whether those who look at the images of a job read what they are told of, so that nobody wants the sizes alone.
    mutating func areRead(_ job: JobOrdinal) -> Bool { (records.value(for: job)?.reads ?? 0) >= Self.readsOfAll }
}
