import PulseAPI
import Quantities
import SharedStore

/// Sizes that a machine has asked the API for, so that the others need not: in the record of the job, beside its document.
extension FleetTier {
    private static let mostTries = 5

    /// What the record of a job says of a file's size, in bytes; it is read once in five seconds at most.
    func recordedSize(of file: SharedFile) async -> UInt64? {
        if let size = sizes.size(of: file) { return size }
        let job = file.job
        await sizes.reading(job, at: now()) { [self] in
            var budget = CallBudget(rules.timeout, now)
            do throws(ObjectStoreError) {
                guard case .ended(let ended, _, _) = try await read(self.job(job), unless: nil, &budget) else { return }
                sizes.take(ended.sizes, of: job, at: now())
            } catch {
                failed(error)
            }
        }?.value
        return sizes.size(of: file)
    }

    package func note(_ size: UInt64, of file: SharedFile) {
        // Without conditions, a record that another machine has just written would be lost.
        guard claims else { return }
        sizes.add(size, of: file) { [weak self, sleep] in
            guard (try? await sleep(SharedSizes.pause)) != nil else { return }
            self?.writeSizes()
        }
    }

    /// Has all sizes written that wait. Returns at once.
    func writeSizes() {
        for (job, sizes) in sizes.drain() {
            let name = self.job(job)
            outbox.add(.records, bytes: 0) { [self] in await write(sizes, name) }
        }
    }

    private func write(_ sizes: [String: UInt64], _ name: ObjectNames.Name) async {
        var budget = CallBudget(rules.writeTimeout, now)
        do throws(ObjectStoreError) {
            // Somebody else may write the record at the same time.
            for _ in 0..<Self.mostTries {
                guard case .ended(let ended, let etag, let sequence) = try await read(name, unless: nil, &budget) else {
                    return
                }
                let learnt = ended.learnt(sizes)
                guard learnt != ended else { return }
                switch try await write(.ended(learnt), name, sequence +| 1, .ifStill(etag), &budget) {
                case .done, .unclear: return
                case .lost: continue
                }
            }
        } catch {
            // Whoever needs one asks the API.
            if error.kind != .denied { failed(error) }
        }
    }
}
