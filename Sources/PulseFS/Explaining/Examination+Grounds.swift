package import ArtifactStore
package import JobCache
import Parts
package import PulseAPI

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension JobLibrary {
    /// What this mount knows of a path below its root, as the JSON that `pulsefs explain` reads. Makes no request.
    func explanation(ofPath path: String) -> [UInt8] {
        // One that was refused when last seen shows nothing before the API has taken it.
        let unchecked = keyring.isOpen ? nil : Failure(.keyUnconfirmed, "the API must check the key first")
        let ground = Examination.Ground(
            closed: keyring.closed ?? unchecked, keyTrouble: events.keyTrouble,
            job: { [catalog] id throws(Failure) in try catalog.job(id) },
            isInCache: { [store, origin] id in ((try? store.tree(origin: origin, id: id.text)) ?? nil) != nil },
            isHere: { [store] artifact, job in store.has(job.blobKey(artifact.slot)) },
            parts: { self.partsAtHand(of: $0) }, withholds: { self.withholds($0) },
            explanation: { self.explanation(of: $0) },
            history: { [store, origin] id in (try? store.ledger(origin: origin, id: id.text)) ?? [] },
            trouble: { [events] in events.trouble(at: $0) }, quarantine: { [events] in events.quarantine(of: $0) },
            poller: { [fetcher] in fetcher.tier.poller(of: $0) }, claim: { [fetcher] in fetcher.claimant(of: $0) })
        return Examination(ground: ground).examine(path).json
    }
}

/// Explains paths from a cache alone, with no mount to ask.
package struct CacheExamination {
    private let store: ArtifactStore
    private let origin: String
    private let fingerprint: KeyFingerprint?
    private let largeResults: LargeResultPolicy

    /// Without a key nothing of a job is told.
    package init(_ store: ArtifactStore, origin: APIOrigin, key: APIKey?, largeResults: LargeResultPolicy) {
        self.store = store
        self.origin = origin.description
        fingerprint = key.map { key in key.withSecret { store.fingerprint(ofKey: $0) } }
        self.largeResults = largeResults
    }

    /// `path` is as below the root of a mount.
    package func examine(_ path: String) -> Diagnosis {
        let (store, origin) = (store, origin)
        let withholds = { (job: Job) in job.isWithheld(largeResults) }
        let ground = Examination.Ground(
            closed: closed,
            job: { id throws(Failure) in try job(id) },
            isInCache: { id in ((try? store.tree(origin: origin, id: id.text)) ?? nil) != nil },
            isHere: { artifact, job in store.has(job.blobKey(artifact.slot)) },
            parts: { job in
                guard job.artifact(.parts) != nil, let blob = store.open(job.blobKey(.parts)) else { return nil }
                return PartList(DocumentSource(blob), length: blob.size)
            },
            withholds: withholds,
            explanation: { job in job.explanation ?? (withholds(job) ? Array(Explanation.withheld(job.id).utf8) : nil)
            },
            history: { id in (try? store.ledger(origin: origin, id: id.text)) ?? [] })
        return Examination(ground: ground).examine(path)
    }

    /// The key is refused when it was when last seen.
    private var closed: Failure? {
        guard let fingerprint else { return Failure(.noKey, "no API key was named") }
        let known = (try? store.credential(of: fingerprint, origin: origin)) ?? nil
        guard let known, known.isRefused else { return nil }
        return Failure(
            .keyRefused, "the API refused the key when it was last asked, at \(APITime.text(known.checkedAt))")
    }

    private func job(_ id: JobID) throws(Failure) -> Job? {
        do throws(StoreError) {
            guard let tree = try store.tree(origin: origin, id: id.text), let fingerprint,
                try store.isGranted(tree.ordinal, to: fingerprint)
            else { return nil }
            return Job(tree)
        } catch {
            throw Failure(error)
        }
    }
}

extension Diagnosis {
    /// One line.
    package var json: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // It is made of texts and numbers: there is nothing that JSON could not hold.
        guard let data = try? encoder.encode(self) else { return [] }
        return Array(data) + [UInt8(ascii: "\n")]
    }

    /// Nil for what is none.
    package init?(json: [UInt8]) {
        guard let found = try? JSONDecoder().decode(Diagnosis.self, from: Data(json)) else { return nil }
        self = found
    }
}
