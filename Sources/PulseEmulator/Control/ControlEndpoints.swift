import Foundation

/// The emulator's own endpoints under `/_emulator/`, for shell scripts. They need no key.
struct ControlEndpoints: Sendable {
    let jobs: JobRegistry
    let keys: KeyRing
    let faults: FaultTable
    let latencies: LatencyTable
    let features: FeatureSwitches
    let gate: StallGate
    let log: RequestLog

    /// The answer to a request; what cannot be read is 400 with the reason.
    func reply(to request: IncomingRequest, path: [String], body: [UInt8]) -> Reply {
        do {
            switch (request.method, path.first) {
            case ("GET", "requests"):
                return .json(logReport(prefix: request.query("prefix")))
            case ("DELETE", "requests"):
                log.clear()
            case ("GET", "jobs"):
                return .json(["jobs": .array(jobs.ids.map(JSONNode.string))])
            case ("POST", "jobs"):
                jobs.add(try decode(JobOrder.self, body).job)
            case ("POST", "faults"):
                faults.add(try decode(FaultOrder.self, body).fault())
            case ("DELETE", "faults"):
                faults.clear()
                gate.release()
            case ("POST", "release"):
                gate.release()
            case ("PUT", "latency"):
                let order = try decode(LatencyOrder.self, body)
                latencies.set(.milliseconds(order.milliseconds), for: order.pattern)
            case ("PUT", "features"):
                let order = try decode(FeatureOrder.self, body)
                features.change { order.apply(to: &$0) }
            case ("POST", "keys"):
                keys.add(try decode(KeyOrder.self, body).emulatedKey)
            case ("DELETE", "keys"):
                keys.revoke(alias: path.dropFirst().first ?? "")
            default:
                return .failure(.pathNotFound, shape: .structured)
            }
            return .json(["ok": true])
        } catch {
            let failure = APIFailure(
                status: 400, code: "INVALID_REQUEST", message: String(describing: error))
            return .failure(failure, shape: .structured)
        }
    }

    private func decode<Order: Decodable>(_ type: Order.Type, _ body: [UInt8]) throws -> Order {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(type, from: Data(body))
    }
}
