package import ArtifactStore
import PulseAPI
import Quantities

/// Reads the files of a job: from the cache once they are found to be what was published, else from the download that brings them,
/// else from the job's document again. Tells sizes before the bytes have come.
package final class ArtifactReader: Sendable {
    let refresher: JobRefresher
    let blobs: OpenBlobs
    let absences: FileAbsences
    let ahead: ReadAhead
    /// Bytes that a file may have to be fetched; nil for any.
    private let maximumSize: UInt64?

    init(_ refresher: JobRefresher, _ blobs: OpenBlobs, _ ahead: ReadAhead, maximumSize: UInt64?) {
        self.refresher = refresher
        self.blobs = blobs
        self.ahead = ahead
        self.maximumSize = maximumSize
        absences = FileAbsences(refresher: refresher)
    }

    var catalog: JobCatalog { refresher.fetcher.catalog }
    var shown: ShownFiles { blobs.shown }
    var sizes: SizeProbe { ahead.sizes }
    var downloads: ArtifactDownloads { ahead.downloads }
    private var store: ArtifactStore { blobs.store }

    // MARK: Sizes

    /// An image by name, with its size. `reader` is the thread that looks; 0 is unknown.
    func image(
        named name: String, of job: Job, for reader: Int32 = 0
    ) async throws(Failure) -> StoredArtifact {
        let job = try catalog.job(job.ordinal) ?? job
        if let known = job.image(named: name) { return try await sized(known, of: job, for: reader) }
        try absences.checkExpiry(of: name, job)
        let source = ArtifactSource.image(.endpoint(PathSegment(encoding: name)))
        let size = try await sizes.size(ofUnlisted: name, from: source, of: job)
        let noted: StoredArtifact
        do throws(StoreError) {
            let slot = try await store.slot(forUnlisted: name, of: job.ordinal, from: .firstImage)
            guard slot <= .last else { throw StoreError(.index, "job \(job.id) has more files than numbers for them") }
            let artifact = StoredArtifact(slot: slot, name: name, size: size, source: source.text, isListed: false)
            noted = sizes.note(artifact, of: job)
        } catch {
            throw Failure(error)
        }
        return try taken(noted, of: job)
    }

    /// The artifact with its size. `reader` is the thread that looks; 0 is unknown.
    func sized(
        _ artifact: StoredArtifact, of job: Job, for reader: Int32 = 0
    ) async throws(Failure) -> StoredArtifact {
        let artifact = try catalog.job(job.ordinal)?.artifact(artifact.slot) ?? artifact
        guard artifact.size == nil else { return try taken(artifact, of: job) }
        guard let source = artifact.source.flatMap(ArtifactSource.init(text:)) else {
            throw Failure(.cacheFailed, "the cache does not know where \(artifact.name) of job \(job.id) comes from")
        }
        // Whoever reads one after the other reads this one next: the size comes with the bytes.
        let isToBeRead = artifact.slot.isImage && ahead.images.expectsRead(of: artifact.slot, of: job, by: reader)
        let sized = try await absences.seeking(artifact, of: job) { () throws(Failure) in
            try self.taken(
                try await self.sizes.sized(
                    artifact, from: source, of: job, isToBeRead: isToBeRead, by: reader), of: job)
        }
        if artifact.slot.isImage { ahead.images.noticeLookAnswer(of: job, by: reader) }
        return sized
    }

    /// Whether a file of known size is not fetched, as it is too large. What is in the cache is shown, however large.
    func isTooLarge(_ artifact: StoredArtifact) -> Bool {
        guard let limit = maximumSize, let size = artifact.size else { return false }
        return size > limit && !artifact.isStored
    }

    /// The artifact, if it may be fetched.
    private func taken(_ artifact: StoredArtifact, of job: Job) throws(Failure) -> StoredArtifact {
        guard isTooLarge(artifact) else { return artifact }
        throw Failure(
            .tooLarge,
            "\(artifact.name) of job \(job.id) has \(artifact.size ?? 0) bytes, which is more than --max-artifact-size")
    }

    // MARK: Bytes

    /// Bytes of a file that was not on disk a moment ago, or was damaged there: from the download under way, or a new one,
    /// or the job's document again.
    func read(
        _ artifact: StoredArtifact, of job: Job, at offset: UInt64, count: Int, for reader: Int32 = 0
    ) async throws(Failure) -> StoredBytes {
        let range = Self.range(at: offset, count: count)
        guard !job.isMisshown(artifact.slot) else { throw Self.wrongSize(artifact, of: job) }
        // Said as soon as the reader's own request is on its way, so that it goes first.
        let notice = { [self] in if offset == 0 { ahead.noticeRead(of: artifact.slot, of: job, by: reader) } }
        if let reply = try await intact(artifact, of: job, range) {
            notice()
            return reply
        }
        guard let source = artifact.source.flatMap(ArtifactSource.init(text:)) else {
            notice()
            let job = try await refresher.refill(artifact, of: job)
            if let reply = try await intact(artifact, of: job, range) { return reply }
            try absences.reportLoss(of: artifact, job)
            throw Failure(.cacheFailed, "\(artifact.name) of job \(job.id) is no longer in the cache or at the API")
        }
        let isImage = artifact.slot.isImage
        if isImage { ahead.images.noticeWait(of: job) }
        defer { if isImage { ahead.images.noticeAnswer(of: job) } }
        return try await absences.seeking(artifact, of: job) { () throws(Failure) in
            try await self.arriving(artifact, from: source, of: job, range, notice)
        }
    }

    /// A range of a blob that is what was published; nil when the blob is not here, or was damaged and is now set aside.
    package func intact(
        _ artifact: StoredArtifact, of job: Job, _ range: Range<UInt64>
    ) async throws(Failure) -> StoredBytes? {
        guard let blob = try await blobs.intact(artifact, of: job, range) else { return nil }
        try check(artifact, of: job, against: blob)
        return .range(of: .blob(blob), offset: range.lowerBound, length: Int(clamping: range.count), within: blob.size)
    }

    /// The blob of a file if all of it is what was published; nil when it is not here, or was damaged and is now set aside.
    package func whole(_ artifact: StoredArtifact, of job: Job) async throws(Failure) -> BlobFile? {
        guard try await intact(artifact, of: job, 0..<(artifact.size ?? .max)) != nil else { return nil }
        return blobs.blob(artifact.slot, of: job)
    }

    /// A file that was cut out of a job's document, whole and right, and the job as it is then; none when it has no such file.
    package func content(of slot: ArtifactSlot, _ job: Job) async throws(Failure) -> (BlobFile?, Job) {
        guard let artifact = job.artifact(slot), absences.mayBeHad(artifact, of: job) else { return (nil, job) }
        if let blob = try await whole(artifact, of: job) { return (blob, job) }
        let job = try await refresher.refill(artifact, of: job)
        guard let artifact = job.artifact(slot) else { return (nil, job) }
        if let blob = try await whole(artifact, of: job) { return (blob, job) }
        try absences.checkExpiry(of: artifact.name, job)
        throw Failure(.cacheFailed, "\(artifact.name) of job \(job.id) is no longer in the cache or at the API")
    }

    /// Another process of the cache may have fetched it, and this one have told the size before.
    private func check(_ artifact: StoredArtifact, of job: Job, against blob: BlobFile) throws(Failure) {
        guard let told = artifact.size, told != blob.size else { return }
        var whole = artifact
        whole.take(blob)
        catalog.put(whole, of: job.ordinal)
        throw Self.wrongSize(artifact, of: job)
    }

    package static func wrongSize(_ artifact: StoredArtifact, of job: Job) -> Failure {
        Failure(.badAnswer, "\(artifact.name) of job \(job.id) has another size than was announced; look at it again")
    }

    /// The bytes a reader asks for, which may lie past any end.
    package static func range(at offset: UInt64, count: Int) -> Range<UInt64> {
        let (end, overflow) = offset.addingReportingOverflow(UInt64(count))
        return offset..<(overflow ? .max : end)
    }
}
