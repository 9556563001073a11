import ArtifactStore
import PulseAPI

/// Files that are fetched by themselves, read while they come. A reader has bytes of one version, and as many as it was told.
extension ArtifactReader {
    /// Bytes of a file that is fetched by itself.
    func arriving(
        _ artifact: StoredArtifact, from source: ArtifactSource, of job: Job, _ range: Range<UInt64>,
        _ notice: () -> Void
    ) async throws(Failure) -> StoredBytes {
        let place = ShownFiles.Place(job.ordinal, artifact.slot)
        let edition = shown.edition(of: place)
        // A file that changes before anyone has bytes of it is begun with once more.
        for _ in 1..<ArtifactDownloads.mostVersions {
            do throws(Failure) { return try await arrivingOnce(artifact, from: source, of: job, range, notice) } catch {
                // One that there is no room for is read without being kept.
                if error.reason == .outgrown { continue }
                guard error.reason == .changed, shown.edition(of: place) == edition else { throw error }
            }
        }
        return try await arrivingOnce(artifact, from: source, of: job, range, notice)
    }

    private func arrivingOnce(
        _ artifact: StoredArtifact, from source: ArtifactSource, of job: Job, _ range: Range<UInt64>,
        _ notice: () -> Void
    ) async throws(Failure) -> StoredBytes {
        var supply = try downloads.supply(artifact.name, from: source, of: job)
        if case .stored(let stored) = supply {
            if let reply = try await intact(stored, of: job, range) {
                notice()
                return reply
            }
            supply = try downloads.supply(artifact.name, from: source, of: job, isLost: true)
        }
        notice()
        if case .direct(let file) = supply { return try await direct(file, artifact, from: source, of: job, range) }
        guard case .arriving(let download) = supply else {
            throw Failure(.cacheFailed, "\(artifact.name) of job \(job.id) is not in the cache where it was just put")
        }
        let available: UInt64
        do throws(Failure) {
            available = try await download.bytes(in: range)
            // Whether more comes after the last byte that was told is known when the answer has begun.
            if let told = artifact.size, range.upperBound >= told { _ = try await download.size() }
        } catch {
            try check(artifact, from: source, of: job, against: download)
            throw error
        }
        try await show(download, artifact, from: source, of: job)
        try check(artifact, from: source, of: job, against: download)
        guard let file = download.file else { return .memory([]) }
        return .range(of: file, offset: range.lowerBound, length: Int(clamping: range.count), within: available)
    }

    /// Bytes of a file that is kept nowhere, straight from the server.
    private func direct(
        _ file: OutgrownFile, _ artifact: StoredArtifact, from source: ArtifactSource, of job: Job,
        _ range: Range<UInt64>
    ) async throws(Failure) -> StoredBytes {
        if let told = artifact.size, told != file.size { throw Self.wrongSize(artifact, of: job) }
        let place = ShownFiles.Place(job.ordinal, artifact.slot)
        let version = ShownFiles.Version(validators: file.validators, download: file.download)
        // Nobody can tell whether it is what was shown: all of it would have to come.
        if shown.compare(version, at: place) == .unknown { throw .outgrown }
        let edition = shown.edition(of: place)
        let bytes = try await downloads.bytes(in: range, of: file, artifact.name, from: source, of: job)
        shown.show(version, at: place)
        if shown.edition(of: place) != edition { throw .changed }
        return .memory(bytes)
    }

    /// Makes sure that bytes of a download go only to those who have none of another version.
    private func show(
        _ download: Download, _ artifact: StoredArtifact, from source: ArtifactSource, of job: Job
    ) async throws(Failure) {
        let place = ShownFiles.Place(job.ordinal, artifact.slot)
        var version = ShownFiles.Version(
            sha256: download.digest, validators: download.validators, download: download.number)
        if shown.compare(version, at: place) == .unknown, shown.isKnownByDigest(place) {
            // Only all of it tells whether it is what was shown before.
            version.sha256 = try await downloads.bring(artifact.name, from: source, of: job, isLost: false)?.sha256
        }
        let edition = shown.edition(of: place)
        shown.show(version, at: place)
        // It may have come into the cache a moment ago, when nothing of it had been shown that could be told to be the same.
        if version.sha256 == nil, let digest = download.digest {
            version.sha256 = digest
            shown.show(version, at: place)
        }
        if shown.edition(of: place) != edition { throw .changed }
    }

    /// A reader goes by the size that was told before the bytes came, and must not get fewer, or the beginning of more.
    private func check(
        _ artifact: StoredArtifact, from source: ArtifactSource, of job: Job, against download: Download
    ) throws(Failure) {
        guard let told = artifact.size, download.disproves(told) else { return }
        // Whoever began before the file was looked at again is late, and takes nothing back that is known since.
        guard try catalog.job(job.ordinal)?.artifact(artifact.slot)?.size == told else {
            throw Self.wrongSize(artifact, of: job)
        }
        sizes.disprove(artifact.name, from: source, of: job)
        shown.doubtSize(at: .init(job.ordinal, artifact.slot))
        var unsized = artifact
        unsized.size = nil
        // Which of the two is true is known when all has come: until then whoever looks asks again.
        _ = sizes.note(unsized, of: job)
        throw Self.wrongSize(artifact, of: job)
    }
}
