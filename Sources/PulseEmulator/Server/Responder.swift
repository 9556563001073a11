import HTTPTypes
import HummingbirdCore
import NIOCore

/// Takes each request from arrival to the end of its answer.
struct Responder: Sendable {
    let endpoints: Endpoints
    let keys: KeyRing
    let faults: FaultTable
    let latencies: LatencyTable
    let gate: StallGate
    let log: RequestLog
    let resets: ResetWatch
    /// Answers below `/_emulator/`, or nil where that is not served.
    let control: ControlEndpoints?

    /// - Throws: if the answer is incomplete; the server then closes the connection.
    func respond(to request: Request, on channel: any Channel) async throws {
        let fallbackHost = "127.0.0.1:\(channel.localAddress?.port ?? 80)"
        // What is sent with other methods is passed over by the server.
        let sent = request.head.method == .post ? Array(buffer: try await request.body.collect(upTo: 1 << 20)) : []
        let incoming = IncomingRequest(request.head, body: sent, keys: keys, fallbackHost: fallbackHost)
        let connection = Connection(channel: channel, resets: resets)
        connection.whenReset(nil)
        if let control, case .control(let path) = Route(path: incoming.path) {
            let body =
                incoming.method == "POST" ? incoming.body : Array(buffer: try await request.body.collect(upTo: 1 << 20))
            let reply = control.reply(to: incoming, path: path, body: body)
            let exchange = Exchange(number: 0, connection: connection, log: log, gate: gate)
            return try await exchange.send(reply, isHead: false, plan: DeliveryPlan(nil))
        }
        let number = record(incoming)
        do {
            let exchange = Exchange(number: number, connection: connection, log: log, gate: gate)
            try await answer(incoming, through: exchange)
        } catch {
            log.update(number) { $0.progress = .broken }
            throw error
        }
    }

    private func answer(_ request: IncomingRequest, through exchange: Exchange) async throws {
        try await pause(latencies.latency(path: request.target))
        let fault = faults.take(method: request.method, path: request.target)
        if case .delay(let delay)? = fault { try await pause(delay) }
        let plan = DeliveryPlan(fault)
        // The true answer is made after a stall, as things are then, unless asking by itself changes something.
        let early = endpoints.isSpentByAsking(request) ? endpoints.reply(to: request) : nil
        try await exchange.holdBack(plan)
        let replacement = fault?.replacement(shape: endpoints.features.value.errorShape)
        try await exchange.send(
            replacement ?? early ?? endpoints.reply(to: request), isHead: request.method == "HEAD", plan: plan)
    }

    private func pause(_ duration: Duration) async throws {
        if duration > .zero { try await Task.sleep(for: duration) }
    }

    private func record(_ request: IncomingRequest) -> Int {
        log.begin { number in
            RecordedRequest(
                number: number, method: request.method, path: request.target,
                host: String(request.origin.dropFirst("http://".count)),
                range: request.headers["range"], keyAlias: request.caller.alias)
        }
    }
}
