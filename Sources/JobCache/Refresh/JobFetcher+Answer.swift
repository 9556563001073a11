import ArtifactStore
import JSONStream
import PulseAPI

/// Answers taken apart: what is kept of a job, and its files.
extension JobFetcher {
    /// The job's fields without its result are kept in memory; what is larger is no job's status.
    private static let longestStatus = 4 << 20

    static func statusDocument(_ answer: JobAnswer, _ source: DocumentSource) throws(JSONError) -> [UInt8] {
        var rewriter = ObjectRewriter(source, members: answer.members.filter { $0.name != "result" })
        var document: [UInt8] = []
        var chunk: [UInt8] = []
        while try rewriter.next(into: &chunk) {
            document += chunk
            guard document.count <= longestStatus else {
                throw JSONError(
                    .unexpectedShape, at: 0, "The answer is not a job: it is large even without its result.")
            }
        }
        return document
    }

    /// What an answer says of a job, and the files that are cut out of it; no files where it says nothing of them.
    func takeApart(
        _ id: JobID, _ answer: JobAnswer, _ status: [UInt8], _ document: SpoolFile, _ known: Job?,
        _ fingerprint: KeyFingerprint
    ) async throws(Failure) -> (StoredJob, [StoredArtifact]?) {
        let phase = JobPhase(status: answer.status)
        var facts = StoredJob(
            origin: origin, id: id.text, status: answer.status, isTerminal: phase.isTerminal,
            createdAt: answer.createdAt.flatMap(APITime.parse), updatedAt: answer.updatedAt.flatMap(APITime.parse),
            checkedAt: now(), statusDocument: status, explanation: nil, largeResultURL: nil)
        facts.takeDate(after: known?.facts)
        (facts.title, facts.kind) = (known?.facts.title, known?.facts.kind)
        switch phase {
        case .running, .expired: return (facts, nil)
        case .failed:
            facts.explanation = Explanation.failed(answer.errorText)
            return (facts, nil)
        case .canceled:
            facts.explanation = Explanation.canceled(answer.errorText)
            return (facts, nil)
        case .completed: facts.pageCount = known?.facts.pageCount
        }
        guard let result = answer.result else { return (facts, nil) }
        if result.facts.isURL, let url = result.facts.url {
            // Fetched already, perhaps by another mount: the link is spent, the files are here.
            if !hasResult(known) { facts.largeResultURL = url }
            return (facts, nil)
        }
        if result.facts.pipelineIsURL, let url = result.facts.pipelineURL {
            // Followed already.
            if known?.artifact(.result)?.isSingleUse == true { return (facts, nil) }
            if let known, known.phase == .completed, !known.holdsLink, let spent = known.facts.explanation {
                // It was followed, and gave nothing.
                facts.explanation = spent
            } else {
                facts.largeResultURL = url
                facts.explanation = Explanation.linked(id, until: facts.updatedAt?.hourLater)
            }
        }
        await ResultHarvest.describe(&facts, result.facts, in: DocumentSource(document), store)
        noteCut(result.facts, of: id)
        let harvest = ResultHarvest(
            store: store, facts: facts, job: id, grantee: fingerprint, document: DocumentSource(document))
        return (facts, try await harvest.artifacts(result).map { Self.merge($0, known?.artifact($0.slot)) })
    }

    /// The result of a link is here. One that came from the store of a fleet may have been evicted, or lost.
    private func hasResult(_ job: Job?) -> Bool {
        guard let job, let result = job.artifact(.result), result.isStored else { return false }
        return result.isSingleUse || results == nil || store.has(job.blobKey(.result))
    }

    /// What a result names beyond the bounds of a listing is not left out without a word.
    func noteCut(_ facts: ResultFacts, of id: JobID) {
        guard facts.imagesAreCut else { return }
        events.record(
            .listingCut, Place(job: id.text, file: ArtifactKind.images.name),
            message:
                "the result names more images than are listed: those after the first \(facts.images.count) are there by their names alone"
        )
    }

    /// A file that was fetched before is not forgotten because its job is described again.
    static func merge(_ artifact: StoredArtifact, _ known: StoredArtifact?) -> StoredArtifact {
        guard let known, FileName(known.name) == FileName(artifact.name), artifact.source != nil,
            known.source == artifact.source
        else {
            return artifact
        }
        return known
    }
}
