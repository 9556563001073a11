import ArtifactStore
import PulseAPI
import Quantities
import SharedStore

extension ArtifactDownloads {
    /// The size of a file that machines share, in bytes; nil when nobody knows.
    func sharedSize(_ name: String, from source: ArtifactSource, of job: Job) async -> UInt64? {
        guard tier.isShared, !hasBeenAnother(ArtifactKey(job, name, source)) else { return nil }
        return await tier.size(of: SharedFile(name, source, of: job.id))
    }

    /// Tells the other machines a size in bytes that the API has told without sending the file, also in the place of a wrong one.
    func share(_ size: UInt64, of name: String, from source: ArtifactSource, of job: Job) {
        guard tier.isShared else { return }
        tier.note(size, of: SharedFile(name, source, of: job.id))
    }

    /// A file that machines share, published here, or how it is fetched.
    func fetchShared(
        _ name: String, _ source: ArtifactSource, _ job: Job
    ) async -> (blob: BlobFile?, turn: SharedTurn) {
        let file = SharedFile(name, source, of: job.id)
        let alone = SharedTurn(file, in: tier)
        guard tier.isShared, !hasBeenAnother(ArtifactKey(job, name, source)) else { return (nil, alone) }
        let size = (try? await slot(of: name, source, job)).flatMap { job.artifact($0)?.size }
        switch await tier.fetch(file, size: size) {
        case .alone: return (nil, alone)
        case .absent(let ticket): return (nil, SharedTurn(file, in: tier, ticket: ticket))
        case .found(let spool, let file): return (await take(spool, file, name, source, job), alone)
        case .large(let stream):
            let isRight = (size ?? stream.file.size.bytes) == stream.file.size.bytes
            return (nil, isRight ? SharedTurn(file, in: tier, stream: stream) : alone)
        }
    }

    /// Publishes a file that has come whole; nil when that does not work out, or it is not what was announced: then a machine of the
    /// fleet has shared something else than it meant to.
    private func take(
        _ spool: SpoolFile, _ file: WholeFile, _ name: String, _ source: ArtifactSource, _ job: Job
    ) async -> BlobFile? {
        do throws(StoreError) {
            let slot = try await slot(of: name, source, job)
            var artifact =
                job.artifact(slot)
                ?? StoredArtifact(slot: slot, name: name, size: nil, source: source.text, isListed: false)
            let size = try spool.size()
            guard (artifact.size ?? size) == size, !hasDropped(name, source, job) else { return nil }
            let facts = BlobFacts(
                key: job.blobKey(slot), name: name, source: source.text, isListed: artifact.isListed,
                entityTag: file.entityTag, lastModified: file.lastModified)
            let blob = try await store.publish(spool, facts, digest: file.sha256)
            artifact.take(blob)
            catalog.put(artifact, of: job.ordinal)
            try await store.put(artifact, of: job.ordinal)
            return blob
        } catch {
            return nil
        }
    }
}
