import ArtifactStore
import JobCache
import Pages
import Parts
import PulseAPI

/// What is known of a job's page.
enum KnownPage {
    /// Short, and made in memory.
    case own([UInt8])
    /// In the store, now or once: its size is known.
    case stored(StoredArtifact)
}

/// `index.html`: made when it is first looked at, once for each state of a job, and kept as the other files are. Nothing is
/// asked of the API for it but what `result.md` and `result.json` need.
extension JobLibrary {
    /// The page as far as it is known without its document, and shown from now on; nil when it has to be made.
    func knownPage(of job: Job) -> KnownPage? {
        let label = PageLabel(of: job, self)
        if let stored = storedPage(of: job, label) {
            derived.shownPages.remove(job.ordinal)
            return .stored(stored)
        }
        guard !hasDocument(job) else { return nil }
        return .own(
            derived.shownPages.show(label, of: job.ordinal) { Array(JobPage(of: job, self).html().joined()) })
    }

    /// The page in the store, if it is the one that the job has now.
    func storedPage(of job: Job, _ label: PageLabel? = nil) -> StoredArtifact? {
        guard let page = job.artifact(.page), page.size != nil, page.source == (label ?? PageLabel(of: job, self)).text
        else { return nil }
        return page
    }

    /// There is something of a result to show, here or at the API.
    private func hasDocument(_ job: Job) -> Bool {
        [.markdown, .result].contains { slot in job.artifact(slot).map { mayBeHad($0, of: job) } ?? false }
    }

    /// The page in the store, made if it is not there: by one for all who ask.
    func page(of job: Job) async throws(Failure) -> StoredArtifact {
        try await derived.pages.join(keyring.own(job.ordinal)) { [self] _ throws(Failure) in
            let job = try catalog.job(job.ordinal) ?? job
            // Whoever came a moment later finds it made.
            if let page = storedPage(of: job), store.open(job.blobKey(.page)) != nil { return page }
            return try await makePage(of: job)
        }
    }

    private func makePage(of known: Job) async throws(Failure) -> StoredArtifact {
        let (markdown, afterMarkdown) = try await reader.content(of: .markdown, known)
        // Fetching what was gone may have brought another result.
        let (result, job) = try await reader.content(of: .result, afterMarkdown)
        let parts = try await partsFile(of: job)
        let label = PageLabel(of: job, self)
        let page = JobPage(of: job, self)
        let isHere = Set(job.artifacts.filter { $0.slot.isImage && mayBeHad($0, of: job) }.map(\.slot))
        let (store, id) = (store, job.id)
        var artifact = StoredArtifact(.page, source: label.text)
        do throws(StoreError) {
            let (spool, children) = try await store.onDisk { () throws(StoreError) in
                var page = page
                var children: [ChildJob] = []
                if let markdown {
                    page.markdown = try? DocumentSource(markdown).prefix(JobPage.longestDocument + 1)
                }
                if let result, let facts = try? ResultFacts.scan(DocumentSource(result)) {
                    page.take(facts, of: id, isHere: isHere.contains)
                    page.takeAddresses(facts, in: DocumentSource(result))
                    children = (try? ChildJob.read(DocumentSource(result), 0..<result.size)) ?? []
                    page.children = children.map { ($0.id.text, $0.status, $0.name) }
                }
                if let (list, blob) = parts { page.parts = PageParts(list, in: DocumentSource(blob)) }
                return (try store.spool(page.html()), children)
            }
            batches.makeKnown(children, of: job.ordinal)
            let facts = BlobFacts(key: job.blobKey(.page), name: artifact.name, source: artifact.source)
            artifact.take(try await store.publish(spool, facts))
        } catch {
            throw Failure(error)
        }
        catalog.put(artifact, of: job.ordinal)
        do throws(StoreError) { try await store.put(artifact, of: job.ordinal) } catch { store.reportUnwritable(error) }
        return artifact
    }

    /// Bytes of a page that was shown from the store, made again if they are gone or damaged.
    func readPage(
        _ page: StoredArtifact, of job: Job, at offset: UInt64, count: Int
    ) async throws(Failure) -> StoredBytes {
        let range = ArtifactReader.range(at: offset, count: count)
        if let reply = try await reader.intact(page, of: job, range) { return reply }
        let made = try await self.page(of: job)
        guard !job.isMisshown(.page), made.size == page.size, let reply = try await reader.intact(made, of: job, range)
        else {
            throw ArtifactReader.wrongSize(page, of: job)
        }
        return reply
    }
}

extension ArtifactStore {
    /// A fresh file with this in it; in memory when the disk does not take it.
    fileprivate func spool(_ parts: [[UInt8]]) throws(StoreError) -> SpoolFile {
        do throws(StoreError) {
            let file = try spool()
            for part in parts { try file.append(part) }
            return file
        } catch  where error.code == .system {
            let file = try spoolInMemory(because: error)
            for part in parts { try file.append(part) }
            return file
        }
    }
}
