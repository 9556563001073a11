package import Quantities

/// Says of results in a store that they are there, where nobody has: whoever brought one may have died before it could.
///
/// An object that opens whole under its own name was written whole by a member, once the bytes were durable there. So its claim may say
/// `delivered`, whatever it says now but for a delivery that is there. What does not open, and a claim that does not, is left as it is.
package struct StoreAdoption: Sendable {
    package struct Report: Sendable, Hashable {
        package fileprivate(set) var objects = 0
        package fileprivate(set) var bytes = ByteCount.zero
        /// Results that do not open whole, and claims that do not open.
        package fileprivate(set) var damaged = 0
        /// Results that somebody else has delivered meanwhile, or that could not be read.
        package fileprivate(set) var changed = 0
    }

    private static let mostTries = 5
    private let store: any ObjectStore
    private let claims: ClaimObjects
    private let isTrial: Bool
    private let within: Duration

    /// - Parameters:
    ///   - isTrial: nothing is written.
    ///   - within: bounds the beginning of each answer.
    package init(_ store: any ObjectStore, _ secret: FleetSecret, isTrial: Bool, within: Duration) {
        (self.store, self.isTrial, self.within) = (store, isTrial, within)
        claims = ClaimObjects(store, secret, writer: "store gc")
    }

    /// Throws what keeps the store from being read or written; what has been adopted by then is.
    package func run() async throws(ObjectStoreError) -> Report {
        var report = Report()
        for (job, nonces) in try await results().sorted(by: { $0.key.text < $1.key.text }) {
            if Task.isCancelled { throw ObjectStoreError(.cancelled, "it was given up") }
            try await adopt(job, nonces, in: &report)
        }
        return report
    }

    /// The results of each job, by the part of their names that only one writer has.
    private func results() async throws(ObjectStoreError) -> [ObjectNames.Name: [String]] {
        var (found, next) = ([ObjectNames.Name: [String]](), String?.none)
        repeat {
            let page = try await store.list("keep/", from: next, limit: 1000, within: within)
            for (job, nonce) in page.entries.compactMap({ $0.key.keptResult }) { found[job, default: []].append(nonce) }
            next = page.next
        } while next != nil
        return found
    }

    private func adopt(
        _ job: ObjectNames.Name, _ nonces: [String], in report: inout Report
    ) async throws(ObjectStoreError) {
        let seen = try await claims.read(job, within: within)
        switch seen {
        case .damaged:
            report.damaged += 1
            return
        case .record(let record, _):
            if let there = record.delivery, nonces.contains(there.object) { return }
        case .absent, .unreachable: break
        }
        for nonce in nonces {
            guard let delivery = try await claims.examine(nonce, of: job, within: within) else {
                report.damaged += 1
                continue
            }
            switch try await deliver(delivery, job, after: seen) {
            case .written:
                report.objects += 1
                report.bytes += ByteCount(delivery.size)
                return
            case .changed:
                report.changed += 1
                return
            case .other: continue
            }
        }
    }

    private enum Delivered {
        case written
        /// Somebody else has delivered it meanwhile.
        case changed
        /// It is not what was delivered, and has been lost since.
        case other
    }

    private func deliver(
        _ delivery: ClaimRecord.Delivery, _ job: ObjectNames.Name, after first: ClaimSeen
    ) async throws(ObjectStoreError) -> Delivered {
        // What the claim names is not in the list, and these may be the same bytes.
        let missing: String? = if case .record(let record, _) = first { record.delivery?.object } else { nil }
        var seen = first
        for _ in 0..<Self.mostTries {
            switch ClaimEnd.deliver(
                delivery, nonce: SealedHeader.randomNonce(), after: seen, missing: missing)
            {
            case .done: return .written
            case .delivered(let there): return there.object == missing ? .other : .changed
            case .leave, .unreachable: return .changed
            case .write(let record, let condition):
                if isTrial { return .written }
                switch try await claims.write(record, of: job, condition, within: within) {
                case .done: return .written
                case .lost, .unclear, .failed: seen = try await claims.read(job, within: within)
                case .refused: throw ObjectStoreError(.denied, "the claim cannot be written")
                }
            }
        }
        return .changed
    }
}
