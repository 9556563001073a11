package import PulseAPI
package import SharedStore

/// How a result that can be fetched only once, and is durable here, is brought to the other machines.
package struct SharedDelivery: Sendable {
    package enum Upload: Sendable {
        /// It is there, and nobody has been told.
        case done(ClaimRecord.Delivery)
        /// It did not work out now.
        case failed
        /// It is not here, or not whole.
        case impossible
    }

    private enum Attempt {
        case done
        /// Somebody has written meanwhile.
        case again
        /// The store could not be asked, or does not take it now.
        case failed
        case impossible
    }

    let job: JobID
    /// There is something to be brought.
    private let isNeeded: Bool
    private let upload: @Sendable () async -> Upload
    private let noteUploaded: @Sendable (_ isNew: Bool) async -> Void

    /// - Parameters:
    ///   - upload: puts it under a name that nobody else has, and sees that it is there.
    ///   - noteUploaded: the others can have it; `isNew` when they have it from this machine.
    package init(
        of job: JobID, isNeeded: Bool = true, upload: @escaping @Sendable () async -> Upload,
        noteUploaded: @escaping @Sendable (_ isNew: Bool) async -> Void
    ) {
        (self.job, self.isNeeded, self.upload, self.noteUploaded) = (job, isNeeded, upload, noteUploaded)
    }

    /// Whether the others have it then.
    /// - Parameters:
    ///   - nonce: of the claim that this machine has, if it has one.
    ///   - isPatient: it is tried again until it has worked out.
    ///   - rest: what writes the claim meanwhile is to end.
    package func bring(
        as nonce: String? = nil, in results: SharedResults, isPatient: Bool, rest: () async -> Void = {}
    ) async -> Bool {
        guard isNeeded else { return true }
        let rules = results.tier.claimRules
        var (pause, mine) = (rules.repeated, ClaimRecord.Delivery?.none)
        while !Task.isCancelled {
            switch await attempt(nonce ?? SealedHeader.randomNonce(), &mine, results, rest) {
            case .done: return true
            case .impossible: return false
            case .again: continue
            case .failed: break
            }
            guard isPatient, await results.rest(job, for: pause) else { return false }
            pause = min(pause * 2, rules.recheck * 10)
        }
        return false
    }

    private func attempt(
        _ nonce: String, _ mine: inout ClaimRecord.Delivery?, _ results: SharedResults, _ rest: () async -> Void
    ) async -> Attempt {
        let tier = results.tier
        let seen = await tier.claim(of: job)
        results.saw(seen, of: job)
        var missing: String?
        switch seen {
        case .unreachable: return .failed
        case .damaged: return .impossible
        case .record(let record, _):
            guard let there = record.delivery, there.object != mine?.object else { break }
            switch await tier.has(there, of: job) {
            case true?:
                await noteUploaded(false)
                return .done
            case false?: missing = there.object
            case nil: return .failed
            }
        case .absent: break
        }
        guard let ready = mine else {
            switch await upload() {
            case .done(let delivery): mine = delivery
            case .failed: return .failed
            case .impossible: return .impossible
            }
            // That may have taken a while.
            return .again
        }
        await rest()
        switch ClaimEnd.deliver(ready, nonce: nonce, after: seen, missing: missing) {
        case .write(let record, let condition):
            switch await tier.write(record, of: job, condition) {
            case .done(let etag):
                results.saw(.record(record, etag), of: job)
                tier.count(.delivered)
                await noteUploaded(true)
                return .done
            case .lost, .unclear: return .again
            case .failed: return .failed
            case .refused: return .impossible
            }
        case .done:
            tier.count(.delivered)
            await noteUploaded(true)
            return .done
        case .delivered(let there):
            // Another was quicker, and nobody is told of this one.
            if there.object != ready.object { await tier.remove(ready, of: job) }
            return .done
        case .leave: return .done
        case .unreachable: return .failed
        }
    }
}
