import ArtifactStore
import Logging
import PulseAPI
import Synchronization

/// The downloads under way: one for each artifact, whoever asks.
final class ArtifactDownloads: Sendable {
    private struct Key: Hashable {
        let job: JobOrdinal
        let name: String
    }

    private struct State {
        var downloads: [Key: (download: Download, task: Task<Void, Never>)] = [:]
        var isClosed = false
    }

    private let client: PulseClient
    private let store: ArtifactStore
    private let catalog: JobCatalog
    private let state = Mutex(State())

    init(client: PulseClient, store: ArtifactStore, catalog: JobCatalog) {
        self.client = client
        self.store = store
        self.catalog = catalog
    }

    /// The download of a file of a job, started if it is not under way.
    func download(_ name: String, from source: ArtifactSource, of job: Job) throws(Failure) -> Download {
        let key = Key(job: job.ordinal, name: name)
        let outcome: Result<Download, Failure> = state.withLock { state in
            if let known = state.downloads[key] { return .success(known.download) }
            if state.isClosed { return .failure(Failure(.shuttingDown, "the mount is ending")) }
            let download: Download
            do throws(StoreError) { download = Download(into: try store.spool()) } catch {
                return .failure(Failure(error))
            }
            let task = Task {
                await run(download, name, source, job)
                _ = self.state.withLock { $0.downloads.removeValue(forKey: key) }
            }
            state.downloads[key] = (download, task)
            return .success(download)
        }
        return try outcome.get()
    }

    /// The download under way for a name, if there is one.
    func current(_ name: String, of job: Job) -> Download? {
        state.withLock { $0.downloads[Key(job: job.ordinal, name: name)]?.download }
    }

    private func run(_ download: Download, _ name: String, _ source: ArtifactSource, _ job: Job) async {
        do throws(APIError) {
            switch source {
            case .image(.endpoint(let segment)): _ = try await client.getImage(job.id, segment, into: download)
            case .image(.url(let url)): _ = try await client.getImage(at: url, into: download)
            case .formPDF: _ = try await client.getFormPDF(job.id, into: download)
            }
        } catch {
            return download.fail(Failure(error))
        }
        let size = download.complete()
        // From here on readers have what they came for; what fails below costs another request one day.
        do throws(StoreError) {
            let slot = try await slot(of: name, source, job)
            _ = try await store.publish(download.spool, as: job.blobKey(slot), name: name)
            var artifact =
                job.artifact(slot)
                ?? StoredArtifact(
                    slot: slot, name: name, size: nil, source: source.text, isListed: false, isStored: false)
            artifact.size = size
            artifact.isStored = true
            try await store.put(artifact, of: job.ordinal)
            catalog.put(artifact, of: job.ordinal)
        } catch {
            warn(error)
        }
    }

    private func slot(of name: String, _ source: ArtifactSource, _ job: Job) async throws(StoreError) -> ArtifactSlot {
        if source == .formPDF { return .form }
        if let known = job.image(named: name) { return known.slot }
        return try await store.slot(forUnlisted: name, of: job.ordinal, from: .firstImage)
    }

    private func warn(_ error: StoreError) {
        MountLog.cache.warning("a downloaded file could not be kept", metadata: ["reason": "\(error)"])
    }

    /// Lets downloads under way end within `grace`, then gives them up.
    func close(grace: Duration) async {
        let tasks = state.withLock { state in
            state.isClosed = true
            return state.downloads.values.map(\.task)
        }
        await tasks.finish(within: grace)
    }
}

extension [Task<Void, Never>] {
    /// Waits for all, cancels what has not ended after `grace`, and waits for that.
    func finish(within grace: Duration) async {
        guard !isEmpty else { return }
        let clock = Task {
            try? await Task.sleep(for: grace)
            for task in self { task.cancel() }
        }
        for task in self { await task.value }
        clock.cancel()
    }
}
