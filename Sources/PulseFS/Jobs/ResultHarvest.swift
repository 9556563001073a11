import ArtifactStore
import PulseAPI
import SystemPackage

/// Cuts the files of a finished job out of its document and publishes them.
///
/// The document stays on disk throughout; memory is one chunk, whatever its size. A file is in the returned facts only
/// when its bytes are in the store.
struct ResultHarvest {
    let store: ArtifactStore
    let origin: String
    let job: JobID
    /// The answer, or the downloaded result, complete.
    let document: SpoolFile

    /// Publishes what `result` holds, and lists what is to be fetched later.
    func artifacts(_ result: JobResult) async throws(Failure) -> [StoredArtifact] {
        let facts = result.facts
        var artifacts = [
            try await publish(.result, "result.json") { [document] piece throws(StoreError) in
                try document.copy(result.range, to: piece)
                return nil
            }
        ]
        if let literal = facts.markdown { artifacts.append(try await publishText(.markdown, "result.md", literal)) }
        if let literal = facts.html { artifacts.append(try await publishText(.html, "result.html", literal)) }
        if facts.pdfURL != nil {
            artifacts.append(
                StoredArtifact(
                    slot: .form, name: "form.pdf", size: nil, source: ArtifactSource.formPDF.text, isListed: true,
                    isStored: false))
        }
        for item in ImageListing(facts.images, of: job).items {
            switch item.content {
            case .remote(let location):
                artifacts.append(
                    StoredArtifact(
                        slot: item.slot, name: item.name, size: nil, source: ArtifactSource.image(location).text,
                        isListed: true, isStored: false))
            case .inline(let literal):
                if let image = try await publishInline(item, literal) { artifacts.append(image) }
            }
        }
        return artifacts
    }

    /// Reads a document's facts away from the caller's thread.
    static func scan<Facts: Sendable>(
        _ document: SpoolFile, in store: ArtifactStore,
        _ scan: @escaping @Sendable (FileByteSource) throws(JSONError) -> Facts
    ) async throws(Failure) -> Result<Facts, JSONError> {
        do throws(StoreError) {
            return try await store.onDisk {
                do throws(JSONError) {
                    return .success(try scan(FileByteSource(descriptor: document.descriptor.rawValue)))
                } catch {
                    return .failure(error)
                }
            }
        } catch {
            throw Failure(error)
        }
    }

    private func publishText(
        _ slot: ArtifactSlot, _ name: String, _ literal: Range<UInt64>
    ) async throws(Failure) -> StoredArtifact {
        try await publish(slot, name) { [document] piece throws(StoreError) in
            var decoder = JSONStringDecoder(FileByteSource(descriptor: document.descriptor.rawValue), literal: literal)
            return try Self.drain(into: piece) { chunk throws(JSONError) in try decoder.next(into: &chunk) }
        }
    }

    /// Nil when the `data:` URI does not hold what it says: the other files are none the worse.
    private func publishInline(_ item: ImageListing.Item, _ literal: Range<UInt64>) async throws(Failure)
        -> StoredArtifact?
    {
        do throws(Failure) {
            return try await publish(item.slot, item.name) { [document] piece throws(StoreError) in
                var decoder = DataURIDecoder(FileByteSource(descriptor: document.descriptor.rawValue), literal: literal)
                return try Self.drain(into: piece) { chunk throws(JSONError) in try decoder.next(into: &chunk) }
            }
        } catch  where error.reason == .notAJob {
            return nil
        }
    }

    private func publish(
        _ slot: ArtifactSlot, _ name: String, fill: @escaping @Sendable (SpoolFile) throws(StoreError) -> JSONError?
    ) async throws(Failure) -> StoredArtifact {
        let store = store
        do throws(StoreError) {
            let (piece, problem) = try await store.onDisk { () throws(StoreError) in
                let piece = try store.spool()
                return (piece, try fill(piece))
            }
            if let problem { throw StoreError(.damaged, "\(name): \(problem)") }
            let blob = try await store.publish(
                piece, as: BlobKey(origin: origin, job: job.text, slot: slot), name: name)
            return StoredArtifact(slot: slot, name: name, size: blob.size, source: nil, isListed: true, isStored: true)
        } catch {
            throw error.code == .damaged ? Failure(.notAJob, error.description) : Failure(error)
        }
    }

    /// Moves a decoder's chunks into a file; returns what stopped it.
    private static func drain(
        into piece: SpoolFile, next: (inout [UInt8]) throws(JSONError) -> Bool
    ) throws(StoreError) -> JSONError? {
        var chunk: [UInt8] = []
        while true {
            do throws(JSONError) {
                guard try next(&chunk) else { return nil }
            } catch {
                return error
            }
            try piece.append(chunk)
        }
    }
}
