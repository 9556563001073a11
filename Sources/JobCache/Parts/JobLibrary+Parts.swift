package import ArtifactStore
import JSONStream
package import Parts
import PulseAPI
import SystemPackage

/// The parts of a result: made when one of them is first looked for, all at once, into one file that is kept as the other
/// derived files are. Nothing is asked of the API for them but what `result.json` needs.
extension JobLibrary {
    /// The list of a job's parts as far as it is known without looking at a file; nil when it has to be read or made.
    package func knownParts(of job: Job) -> PartList? {
        guard storedParts(of: job) != nil else { return nil }
        return derived.partsKnown.list(partsLabel(of: job), of: job.ordinal)
    }

    /// Whether there is a result to make parts of, here or at the API.
    package func mayHaveParts(_ job: Job) -> Bool {
        guard partsPolicy.areShown else { return false }
        if let result = job.artifact(.result) { return mayBeHad(result, of: job) }
        return job.awaitsLargeResult && !withholds(job)
    }

    /// Whether the list can be had without asking the API.
    package func hasParts(_ job: Job) -> Bool {
        guard mayHaveParts(job), job.artifact(.result) != nil else { return false }
        // The parts are looked for first, as whoever asks looks at them next.
        return knownParts(of: job) != nil || storedParts(of: job) != nil && blob(.parts, of: job) != nil
            || blob(.result, of: job) != nil
    }

    /// Stands for the parts that the job has now, and for the way they are made.
    private func partsLabel(of job: Job) -> PartsLabel {
        let result = job.artifact(.result)?.size.map(String.init) ?? "?"
        let guarding = partsPolicy.isGuarded ? " guarded" : ""
        return PartsLabel(
            text: "parts:\(PartsMaker.version)\(guarding) \(job.facts.modifiedAt.nanoseconds) \(result)")
    }

    /// The file of parts in the store, if it is of the result that the job has now.
    package func storedParts(of job: Job) -> StoredArtifact? {
        guard partsPolicy.areShown, let parts = job.artifact(.parts), parts.size != nil,
            parts.source.map(partsLabel(of: job).stands) == true
        else { return nil }
        return parts
    }

    /// What a job's directory has of parts, as far as it is known without the API and without looking at a file.
    package func partsSummary(of job: Job) -> PartsSummary? {
        guard mayHaveParts(job) else { return nil }
        if let list = knownParts(of: job) { return PartsSummary(list) }
        return storedParts(of: job)?.source.flatMap(partsLabel(of: job).summary)
    }

    /// The list of a job's parts if they are made; reads it from the disk if need be.
    package func partsAtHand(of job: Job) -> PartList? {
        if let list = knownParts(of: job) { return list }
        guard storedParts(of: job) != nil, let blob = store.open(job.blobKey(.parts)) else { return nil }
        return PartList(DocumentSource(blob), length: blob.size)
    }

    /// The list of a job's parts, which are made if they are not there: by one for all who ask.
    package func parts(of job: Job) async throws(Failure) -> PartList {
        try await derived.partLists.join(keyring.own(job.ordinal)) { [self] _ throws(Failure) in
            var job = try catalog.job(job.ordinal) ?? job
            if let blob = partsBlob(of: job) {
                // Whoever came a moment later finds them made.
                if let known = knownParts(of: job) { return known }
                if let list = try await list(in: blob) {
                    derived.partsKnown.note(list, partsLabel(of: job), of: job.ordinal)
                    return list
                }
                blobs.letGo(of: [job.blobKey(.parts)])
            }
            if job.awaitsLargeResult { job = try await fetchLargeResult(of: job) }
            return try await makeParts(of: job)
        }
    }

    /// A job's parts and the checked file that they stand in, which are made if they are not there; nil when there can be none.
    package func partsFile(of job: Job) async throws(Failure) -> (PartList, BlobFile)? {
        guard mayHaveParts(job) else { return nil }
        for _ in 0..<2 {
            let list: PartList
            do throws(Failure) { list = try await parts(of: job) } catch {
                // What is made of the result otherwise can be shown.
                guard error.reason == .badAnswer else { throw error }
                return nil
            }
            guard let blob = partsBlob(of: try catalog.job(job.ordinal) ?? job) else { continue }
            let isWhole: Bool
            do throws(StoreError) {
                isWhole = try await store.onDisk { () throws(StoreError) in
                    blob.isIntact(0..<blob.size) && PartList(DocumentSource(blob), length: blob.size) == list
                }
            } catch {
                throw Failure(error)
            }
            if isWhole { return (list, blob) }
            blobs.letGo(of: [job.blobKey(.parts)])
        }
        throw Failure(
            .cacheFailed, "the parts of job \(job.id) are damaged in the cache, also when they are made again")
    }

    /// The file of the parts in the store: the open one, unless another was made since.
    private func partsBlob(of job: Job) -> BlobFile? {
        guard let parts = storedParts(of: job) else { return nil }
        if let open = blob(.parts, of: job), open.sha256 == parts.sha256 { return open }
        return store.open(job.blobKey(.parts))
    }

    /// Nil for a file that is damaged.
    private func list(in blob: BlobFile) async throws(Failure) -> PartList? {
        do throws(StoreError) {
            return try await store.onDisk { () throws(StoreError) in
                blob.isIntact(0..<blob.size) ? PartList(DocumentSource(blob), length: blob.size) : nil
            }
        } catch {
            throw Failure(error)
        }
    }

    private func makeParts(of known: Job) async throws(Failure) -> PartList {
        let (found, job) = try await reader.content(of: .result, known)
        guard let result = found else {
            throw Failure(.notFound, "job \(job.id) has no result to make parts of")
        }
        let label = partsLabel(of: job)
        let (store, id, isGuarded) = (store, job.id, partsPolicy.isGuarded)
        var artifact = StoredArtifact(
            slot: .parts, name: PartFile.storedName, size: nil, source: nil, isListed: false)
        let made: Result<(SpoolFile, PartList, [ChildJob]), JSONError>
        // As long as the result, more or less: each text stands in it once as a whole and once in its page or chunk.
        let hasRoom = await store.arrivals.find(result.size, of: result.size)
        do throws(StoreError) {
            made = try await store.onDisk { () throws(StoreError) in
                do throws(StoreError) {
                    guard hasRoom else {
                        throw StoreError(.system, "the cache has no room for the parts of a result", cause: .noSpace)
                    }
                    return try Self.spoolParts(of: result, id, isGuarded, to: try store.spool())
                } catch  where error.code == .system {
                    return try Self.spoolParts(
                        of: result, id, isGuarded, to: try store.spoolInMemory(because: error))
                }
            }
        } catch {
            throw Failure(error)
        }
        let spool: SpoolFile
        let list: PartList
        let children: [ChildJob]
        do throws(JSONError) { (spool, list, children) = try made.get() } catch {
            throw Failure(.badAnswer, "the parts of job \(job.id) cannot be made of its result: \(error)")
        }
        artifact.source = label.source(PartsSummary(list))
        do throws(StoreError) {
            let facts = BlobFacts(key: job.blobKey(.parts), name: artifact.name, source: artifact.source)
            artifact.take(try await store.publish(spool, facts))
        } catch {
            throw Failure(error)
        }
        derived.partsKnown.note(list, label, of: job.ordinal)
        batches.makeKnown(children, of: job.ordinal)
        catalog.put(artifact, of: job.ordinal)
        // It may have been listed while neither they nor the result were here.
        catalog.noteListing(of: job.ordinal)
        do throws(StoreError) { try await store.put(artifact, of: job.ordinal) } catch { store.reportUnwritable(error) }
        return list
    }

    /// What is no object has no facts, and no parts but what is said of it.
    private static func facts(in source: DocumentSource) throws(JSONError) -> ResultFacts {
        do {
            return try ResultFacts.scan(source)
        } catch {
            guard error.code == .notAnObject else { throw error }
            return ResultFacts()
        }
    }

    private static func spoolParts(
        of result: BlobFile, _ id: JobID, _ isGuarded: Bool, to spool: SpoolFile
    ) throws(StoreError) -> Result<(SpoolFile, PartList, [ChildJob]), JSONError> {
        let source = DocumentSource(result)
        do {
            let facts = try facts(in: source)
            let names = Dictionary(
                ImageListing(facts.images, of: id).items.map { ($0.slot, $0.name) },
                uniquingKeysWith: { first, _ in first })
            let images = facts.images.enumerated().map { place, image in
                PartImage(fileName: names[ArtifactSlot(ArtifactSlot.firstImage.rawValue + place)], facts: image)
            }
            var whole = PartsSource(source, 0..<result.size, images: images)
            whole.imagesAreCut = facts.imagesAreCut
            whole.html = facts.html
            whole.holdsLink = facts.pipelineIsURL
            // Parts are many and short: they are written together.
            var pending: [UInt8] = []
            let list = try PartsMaker.make(of: whole, isGuarded: isGuarded) { bytes in
                pending += bytes
                guard pending.count >= 1 << 18 else { return }
                try spool.append(pending)
                pending.removeAll(keepingCapacity: true)
            }
            try spool.append(pending)
            return .success((spool, list, try ChildJob.read(source, 0..<result.size)))
        } catch let error as StoreError {
            throw error
        } catch let error as JSONError {
            if let trouble = error.storageTrouble { throw trouble }
            return .failure(error)
        } catch {
            throw StoreError(.system, "the parts of a result cannot be made: \(error)", cause: .ioError)
        }
    }

    /// Bytes of the file of parts that was shown, made again if it is gone or damaged.
    package func readParts(
        _ parts: StoredArtifact, of job: Job, _ list: PartList, at offset: UInt64, count: Int
    ) async throws(Failure) -> StoredBytes {
        let range = ArtifactReader.range(at: offset, count: count)
        if let reply = try await reader.intact(parts, of: job, range) { return reply }
        guard try await self.parts(of: job) == list, let made = try catalog.job(job.ordinal)?.artifact(.parts),
            !job.isMisshown(.parts), made.size == parts.size, let reply = try await reader.intact(made, of: job, range)
        else { throw ArtifactReader.wrongSize(parts, of: job) }
        return reply
    }
}
