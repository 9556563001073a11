import ArtifactStore
import JSONStream
import Parts
import PulseAPI
import Quantities
import SystemPackage

/// Cuts the files of a finished job out of its document and publishes them.
///
/// The document stays on disk throughout; memory is one chunk, whatever its size.
struct ResultHarvest {
    let store: ArtifactStore
    /// The job as it will be recorded.
    let facts: StoredJob
    let job: JobID
    /// Who may see it: whoever asked.
    let grantee: KeyFingerprint
    /// The answer, or the result, complete.
    let document: DocumentSource

    /// Publishes what `result` holds, and lists what is to be fetched later.
    ///
    /// The result itself comes last: its label has the whole listing, from which the job is known without an index.
    func artifacts(_ result: JobResult) async throws(Failure) -> [StoredArtifact] {
        var artifacts = try await pieces(of: result.facts) { piece throws(Failure) in try await publish(piece) }
        let tree = LabelledTree(job: facts, artifacts: artifacts, grantee: grantee)
        artifacts.append(
            try await publish(.result, ArtifactKind.result.name, result.range, tree) {
                [document] piece throws(StoreError) in
                try document.copy(result.range, to: piece)
                return nil
            })
        return artifacts
    }

    /// Makes the download itself the file of the result, which is written once and cannot be fetched again. What is cut out of
    /// it is listed with its size, and made when it is wanted: it can be made again and again.
    func adopt(_ claim: SingleUseClaim, _ result: ResultFacts) async throws(Failure) -> [StoredArtifact] {
        try await adopted(result, isSingleUse: true) { [store] facts throws(StoreError) in
            try await store.adopt(claim, facts)
        }
    }

    /// The same of a file that came from the store of a fleet. `isKept` says that it must not be evicted all the same.
    func adopt(_ spool: SpoolFile, _ result: ResultFacts, isKept: Bool) async throws(Failure) -> [StoredArtifact] {
        try await adopted(result, isSingleUse: isKept) { [store] facts throws(StoreError) in
            try await store.publish(spool, facts, durably: true)
        }
    }

    private func adopted(
        _ result: ResultFacts, isSingleUse: Bool, _ publish: (BlobFacts) async throws(StoreError) -> BlobFile
    ) async throws(Failure) -> [StoredArtifact] {
        var artifacts = try await pieces(of: result) { piece throws(Failure) in try await measured(piece) }
        let tree = LabelledTree(job: facts, artifacts: artifacts, grantee: grantee)
        let key = BlobKey(origin: facts.origin, job: job.text, slot: .result)
        do throws(StoreError) {
            let blob = try await publish(
                BlobFacts(key: key, name: ArtifactKind.result.name, isSingleUse: isSingleUse, tree: tree))
            var artifact = StoredArtifact(.result)
            artifact.isSingleUse = isSingleUse
            artifact.take(blob)
            artifacts.append(artifact)
            return artifacts
        } catch {
            throw Failure(
                noRoom: error,
                "the result of job \(job) can be fetched only once, and the cache's disk has no room for it: free some space (\(error))"
            )
        }
    }

    /// Publishes the files that are cut out of a stored result and are not here.
    func missingPieces(_ result: ResultFacts) async throws(Failure) -> [StoredArtifact] {
        try await pieces(of: result) { piece throws(Failure) in
            let key = BlobKey(origin: facts.origin, job: job.text, slot: piece.slot)
            guard let blob = store.open(key) else { return try await publish(piece) }
            var artifact = piece.artifact
            artifact.take(blob)
            return artifact
        }
    }

    /// A file that is cut out of a document.
    private struct Piece {
        enum Coding: Sendable { case text, dataURI }

        let slot: ArtifactSlot
        let name: String
        let literal: Range<UInt64>
        let coding: Coding

        var artifact: StoredArtifact {
            StoredArtifact(slot: slot, name: name, size: nil, source: nil, isListed: true)
        }
    }

    /// The files of a result but for itself: those that stand in it as `make` makes them, and those that are fetched.
    private func pieces(
        of facts: ResultFacts, _ make: (Piece) async throws(Failure) -> StoredArtifact?
    ) async throws(Failure) -> [StoredArtifact] {
        var artifacts: [StoredArtifact] = []
        for kind in ArtifactKind.all {
            switch kind.content {
            case .literal(let text):
                guard let literal = facts.texts[text] else { continue }
                let piece = Piece(slot: kind.slot, name: kind.name, literal: literal, coding: .text)
                if let text = try await make(piece) { artifacts.append(text) }
            case .source(let source, let isThere):
                if isThere(facts) { artifacts.append(StoredArtifact(kind, source: source.text)) }
            case .answer, .explanation, .ending, .result, .page, .directory: continue
            }
        }
        for item in ImageListing(facts.images, of: job).items {
            switch item.content {
            case .remote(let location):
                artifacts.append(
                    StoredArtifact(
                        slot: item.slot, name: item.name, size: nil, source: ArtifactSource.image(location).text,
                        isListed: true))
            case .inline(let literal):
                let piece = Piece(slot: item.slot, name: item.name, literal: literal, coding: .dataURI)
                // One that does not hold what it says is none; the other files are none the worse.
                do throws(Failure) {
                    if let image = try await make(piece) { artifacts.append(image) }
                } catch  where error.reason == .notAJob {}
            }
        }
        return artifacts
    }

    /// What people call the document, and what was done with it: added to the facts of its job. A title that cannot be read is none.
    static func describe(
        _ job: inout StoredJob, _ result: ResultFacts, in document: DocumentSource, _ store: ArtifactStore
    ) async {
        job.pageCount = result.pageCount
        job.kind = result.kind?.rawValue
        guard let markdown = result.markdown else { return }
        let title = try? await scan(document, in: store) { source throws(JSONError) in
            try DocumentTitle.read(source, markdown)
        }
        job.title = (try? title?.get()) ?? nil
    }

    private func publish(_ piece: Piece) async throws(Failure) -> StoredArtifact {
        try await publish(piece.slot, piece.name, piece.literal) { [document] file throws(StoreError) in
            try Self.decode(piece, of: document) { chunk throws(StoreError) in try file.append(chunk) }
        }
    }

    /// The facts of a file that is not made yet: its size, from one pass over its text.
    private func measured(_ piece: Piece) async throws(Failure) -> StoredArtifact {
        let (store, document) = (store, document)
        let outcome: Result<UInt64, JSONError>
        do throws(StoreError) {
            outcome = try await store.onDisk { () throws(StoreError) in
                var size: UInt64 = 0
                let problem = try Self.decode(piece, of: document) { chunk throws(StoreError) in
                    size +|= UInt64(chunk.count)
                }
                return problem.map { .failure($0) } ?? .success(size)
            }
        } catch {
            throw Failure(error)
        }
        var artifact = piece.artifact
        switch outcome {
        case .success(let size): artifact.size = size
        case .failure(let problem): throw Failure(.notAJob, "\(piece.name): \(problem)")
        }
        return artifact
    }

    /// Hands a piece on chunk by chunk; returns what stopped it.
    private static func decode(
        _ piece: Piece, of document: DocumentSource, _ take: ([UInt8]) throws(StoreError) -> Void
    ) throws(StoreError) -> JSONError? {
        switch piece.coding {
        case .text:
            var decoder = JSONStringDecoder(document, literal: piece.literal)
            return try drain(take) { chunk throws(JSONError) in try decoder.next(into: &chunk) }
        case .dataURI:
            var decoder = DataURIDecoder(document, literal: piece.literal)
            return try drain(take) { chunk throws(JSONError) in try decoder.next(into: &chunk) }
        }
    }

    /// Reads a document's facts away from the caller's thread.
    static func scan<Facts: Sendable>(
        _ document: DocumentSource, in store: ArtifactStore,
        _ scan: @escaping @Sendable (DocumentSource) throws(JSONError) -> Facts
    ) async throws(Failure) -> Result<Facts, JSONError> {
        do throws(StoreError) {
            return try await store.onDisk { () throws(StoreError) -> Result<Facts, JSONError> in
                do throws(JSONError) { return .success(try scan(document)) } catch {
                    if let trouble = error.storageTrouble { throw trouble }
                    return .failure(error)
                }
            }
        } catch {
            throw Failure(error)
        }
    }

    private func publish(
        _ slot: ArtifactSlot, _ name: String, _ source: Range<UInt64>, _ tree: LabelledTree? = nil,
        fill: @escaping @Sendable (SpoolFile) throws(StoreError) -> JSONError?
    ) async throws(Failure) -> StoredArtifact {
        let filled: (piece: SpoolFile, problem: JSONError?)
        do throws(StoreError) { filled = try await self.filled(source, fill) } catch { throw Failure(error) }
        if let problem = filled.problem { throw Failure(.notAJob, "\(name): \(problem)") }
        do throws(StoreError) {
            let key = BlobKey(origin: facts.origin, job: job.text, slot: slot)
            let blob = try await store.publish(filled.piece, BlobFacts(key: key, name: name, tree: tree))
            var artifact = StoredArtifact(slot: slot, name: name, size: nil, source: nil, isListed: true)
            artifact.take(blob)
            return artifact
        } catch {
            throw Failure(error)
        }
    }

    /// A piece of the document, no longer than where it stands there, in a file of its own: in memory when the disk does not
    /// take it.
    private func filled(
        _ source: Range<UInt64>, _ fill: @escaping @Sendable (SpoolFile) throws(StoreError) -> JSONError?
    ) async throws(StoreError) -> (SpoolFile, JSONError?) {
        let (store, bytes) = (store, source.upperBound -| source.lowerBound)
        do throws(StoreError) {
            guard await store.arrivals.find(bytes, of: bytes) else {
                throw StoreError(.system, "the cache has no room for a part of a document", cause: .noSpace)
            }
            return try await store.onDisk { () throws(StoreError) in
                let piece = try store.spool()
                return (piece, try fill(piece))
            }
        } catch  where error.code == .system {
            return try await store.onDisk { () throws(StoreError) in
                let piece = try store.spoolInMemory(because: error)
                return (piece, try fill(piece))
            }
        }
    }

    /// Moves a decoder's chunks on; returns what is wrong with the text. What cannot be read says nothing of it, and throws.
    private static func drain(
        _ take: ([UInt8]) throws(StoreError) -> Void, next: (inout [UInt8]) throws(JSONError) -> Bool
    ) throws(StoreError) -> JSONError? {
        var chunk: [UInt8] = []
        while true {
            do throws(JSONError) {
                guard try next(&chunk) else { return nil }
            } catch {
                if let trouble = error.storageTrouble { throw trouble }
                return error
            }
            try take(chunk)
        }
    }
}

extension JSONError {
    /// The document could not be read, which says nothing about it; nil when something is wrong with its text.
    var storageTrouble: StoreError? {
        guard case .unreadable(let number) = code else { return nil }
        return StoreError(.system, "what is in the cache cannot be read", cause: Errno(rawValue: number))
    }
}
