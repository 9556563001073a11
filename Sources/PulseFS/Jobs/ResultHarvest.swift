import ArtifactStore
import PulseAPI
import SystemPackage

/// Cuts the files of a finished job out of its document and publishes them.
///
/// The document stays on disk throughout; memory is one chunk, whatever its size. A file is in the returned facts only
/// when its bytes are in the store.
struct ResultHarvest {
    let store: ArtifactStore
    /// The job as it will be recorded.
    let facts: StoredJob
    let job: JobID
    /// Who may see it: whoever asked.
    let grantee: KeyFingerprint
    /// The answer, or the downloaded result, complete.
    let document: SpoolFile
    /// The document cannot be fetched again: its files are published on the disk or not at all.
    var isSingleUse = false

    /// Publishes what `result` holds, and lists what is to be fetched later.
    ///
    /// The result itself comes last: its label has the whole listing, from which the job is known without an index.
    func artifacts(_ result: JobResult) async throws(Failure) -> [StoredArtifact] {
        let facts = result.facts
        var artifacts: [StoredArtifact] = []
        if let literal = facts.markdown { artifacts.append(try await publishText(.markdown, "result.md", literal)) }
        if let literal = facts.html { artifacts.append(try await publishText(.html, "result.html", literal)) }
        if facts.pdfURL != nil {
            artifacts.append(
                StoredArtifact(
                    slot: .form, name: "form.pdf", size: nil, source: ArtifactSource.formPDF.text, isListed: true))
        }
        for item in ImageListing(facts.images, of: job).items {
            switch item.content {
            case .remote(let location):
                artifacts.append(
                    StoredArtifact(
                        slot: item.slot, name: item.name, size: nil, source: ArtifactSource.image(location).text,
                        isListed: true))
            case .inline(let literal):
                if let image = try await publishInline(item, literal) { artifacts.append(image) }
            }
        }
        let tree = LabelledTree(job: self.facts, artifacts: artifacts, grantee: grantee)
        artifacts.append(
            try await publish(.result, "result.json", tree) { [document] piece throws(StoreError) in
                try document.copy(result.range, to: piece)
                return nil
            })
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
        _ slot: ArtifactSlot, _ name: String, _ tree: LabelledTree? = nil,
        fill: @escaping @Sendable (SpoolFile) throws(StoreError) -> JSONError?
    ) async throws(Failure) -> StoredArtifact {
        let store = store
        do throws(StoreError) {
            let (piece, problem) = try await filled(fill)
            if let problem { throw StoreError(.damaged, "\(name): \(problem)") }
            let key = BlobKey(origin: facts.origin, job: job.text, slot: slot)
            let blob = try await store.publish(
                piece, BlobFacts(key: key, name: name, isSingleUse: isSingleUse, tree: tree))
            guard blob.isKept || !isSingleUse else {
                throw StoreError(
                    .system,
                    "\(name) of job \(job) can be fetched only once, and the cache's disk does not take it: make room")
            }
            var artifact = StoredArtifact(
                slot: slot, name: name, size: nil, source: nil, isListed: true, isSingleUse: isSingleUse)
            artifact.take(blob)
            return artifact
        } catch {
            throw error.code == .damaged ? Failure(.notAJob, error.description) : Failure(error)
        }
    }

    /// A piece of the document in a file of its own: in memory when the disk does not take it.
    private func filled(
        _ fill: @escaping @Sendable (SpoolFile) throws(StoreError) -> JSONError?
    ) async throws(StoreError) -> (SpoolFile, JSONError?) {
        let store = store
        do throws(StoreError) {
            return try await store.onDisk { () throws(StoreError) in
                let piece = try store.spool()
                return (piece, try fill(piece))
            }
        } catch  where error.code == .system && !isSingleUse {
            return try await store.onDisk { () throws(StoreError) in
                let piece = try store.spoolInMemory(because: error)
                return (piece, try fill(piece))
            }
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
