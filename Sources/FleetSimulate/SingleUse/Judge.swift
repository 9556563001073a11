import PulseAPI
import SharedStore
import Synchronization

/// Looks at a claim again and again: what is delivered stays so, and a record that names an object has it.
final class Judge: Sendable {
    private struct State {
        var delivered: ClaimRecord.Delivery?
        var violations: [String] = []
    }

    private let engine: MemoryObjectStore
    private let claims: ClaimObjects
    private let name: ObjectNames.Name
    private let mishaps: Mishaps
    private let state = Mutex(State())

    init(_ engine: MemoryObjectStore, _ secret: FleetSecret, _ job: JobID, _ mishaps: Mishaps) {
        (self.engine, self.mishaps) = (engine, mishaps)
        claims = ClaimObjects(engine, secret, writer: "judge")
        name = ObjectNames(secret.first).job(job.text, of: SingleUseSimulation.origin)
    }

    var violations: [String] { state.withLock { $0.violations } }

    func look() async {
        let seen = await mishaps.quietly { [claims, name] in try? await claims.read(name, within: .seconds(1)) }
        var delivery: ClaimRecord.Delivery?
        if case .record(let record, _)? = seen { delivery = record.delivery }
        var isThere = true
        if let delivery, let key = ObjectKey.result(name, nonce: delivery.object) {
            isThere = engine.contents[key.text] != nil
        }
        state.withLock { [forgot = mishaps.hasForgotten] state in
            defer { state.delivered = delivery ?? state.delivered }
            if forgot { return }
            if !isThere { state.violations.append("a claim names an object that is not there") }
            guard let before = state.delivered else { return }
            if delivery.map({ !$0.hasContent(of: before) }) ?? true {
                state.violations.append("what was delivered is so no more")
            }
        }
    }
}
