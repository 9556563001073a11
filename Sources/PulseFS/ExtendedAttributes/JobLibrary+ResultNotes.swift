import ArtifactStore
import FUSE
import JobCache
import PulseAPI
import SystemPackage

/// What the stored result of a job says. The API is asked for nothing.
extension JobLibrary {
    /// Notes of the job's result: now if it was read before, or is not here and there are none; else when it has been read.
    func resultNotes(of job: Job) -> Answer<ResultNotes?> {
        guard let blob = blob(.result, of: job) else { return .now(nil) }
        if let known = derived.knownResults.notes(of: job.ordinal, digest: blob.sha256) { return .now(known) }
        return .later { [events] () throws(Errno) in
            do throws(Failure) { return try await self.readResult(of: job) } catch {
                throw events.failed(error, at: Place(job: job.id.text, file: ArtifactKind.result.name))
            }
        }
    }

    /// Once for all who ask.
    private func readResult(of job: Job) async throws(Failure) -> ResultNotes? {
        try await derived.resultReads.join(keyring.own(job.ordinal)) { [self] _ throws(Failure) in
            guard let artifact = job.artifact(.result), let blob = blob(.result, of: job) else { return nil }
            let (store, id) = (store, job.id)
            let notes: ResultNotes?
            do throws(StoreError) {
                notes = try await store.onDisk { () throws(StoreError) in
                    guard blob.isIntact(0..<blob.size) else { return nil }
                    return (try? ResultFacts.scan(DocumentSource(blob))).map { ResultNotes($0, of: id) } ?? .empty
                }
            } catch {
                throw Failure(error)
            }
            guard let notes else {
                // Damaged: set aside, as for a reader, who then has it made again.
                _ = try await reader.whole(artifact, of: job)
                return nil
            }
            derived.knownResults.keep(notes, of: job.ordinal, digest: blob.sha256)
            return notes
        }
    }
}
