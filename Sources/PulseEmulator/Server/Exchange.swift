import HTTPTypes

/// Sends one answer according to a plan, and keeps the log up to date while doing so.
///
/// The log and the state of single-use links change just before the last bytes go out, so that a
/// client that has a whole answer finds them changed.
struct Exchange: Sendable {
    private static let chunkSize = 65_536
    private static let dripInterval = Duration.milliseconds(20)

    let number: Int
    let connection: Connection
    let log: RequestLog
    let gate: StallGate

    /// Does what the plan asks for before there is an answer.
    ///
    /// - Throws: as ``send(_:isHead:plan:)``.
    func holdBack(_ plan: DeliveryPlan) async throws {
        if plan.stallsFirst { try await stall() }
        if !plan.sendsFirst.isEmpty { try await connection.flush(raw: plan.sendsFirst) }
        if let ending = plan.endsFirst { try await end(ending) }
    }

    /// - Throws: ``Connection/Ended`` if the connection was ended by the plan, or the error of a write
    ///   that failed because the client is gone. The connection is of no more use then.
    func send(_ reply: Reply, isHead: Bool, plan: DeliveryPlan) async throws {
        log.update(number) { $0.status = reply.status }
        defer { reply.ended?() }
        reply.begun?()
        connection.write(head: head(of: reply, isHead: isHead, plan: plan))
        for step in isHead ? [.finish(0..<0)] : plan.steps(count: reply.body.count) {
            switch step {
            case .send(let range): try await send(range, of: reply.body, plan: plan)
            case .stall: try await stall()
            case .finish(let range): try await finish(reply, with: range, isHead: isHead, plan: plan)
            case .end(let how): try await end(how)
            }
        }
    }

    /// Sends bytes after which more will follow.
    private func send(_ range: Range<Int>, of body: ByteSource, plan: DeliveryPlan) async throws {
        var offset = range.lowerBound
        repeat {
            let next = min(range.upperBound, offset + chunkSize(plan))
            try await connection.flush(body: body.bytes(in: offset..<next))
            log.update(number) { $0.bytesSent = next }
            offset = next
            if plan.bytesPerSecond != nil { try await Task.sleep(for: Self.dripInterval) }
        } while offset < range.upperBound
    }

    private func finish(
        _ reply: Reply, with range: Range<Int>, isHead: Bool, plan: DeliveryPlan
    ) async throws {
        let last = max(range.lowerBound, range.upperBound - chunkSize(plan))
        if last > range.lowerBound {
            try await send(range.lowerBound..<last, of: reply.body, plan: plan)
        }
        let isWhole = isHead || plan.lengthOffset ?? 0 == 0
        log.update(number) { request in
            if !isHead { request.bytesSent = range.upperBound }
            if isWhole { request.progress = .complete }
        }
        do {
            if isWhole, let delivered = reply.delivered {
                delivered(true)
                connection.whenReset { [log, number] in
                    delivered(false)
                    log.update(number) { $0.progress = .broken }
                }
            }
            try await connection.finish(body: reply.body.bytes(in: last..<range.upperBound))
        } catch {
            if isWhole { reply.delivered?(false) }
            throw error
        }
        if !isWhole { try await end(.close) }
    }

    private func chunkSize(_ plan: DeliveryPlan) -> Int {
        plan.bytesPerSecond.map { max(1, $0 / 50) } ?? Self.chunkSize
    }

    private func end(_ how: DeliveryPlan.Ending) async throws {
        log.update(number) { $0.progress = .broken }
        await connection.end(how)
        throw Connection.Ended()
    }

    /// Holds the answer until it is released.
    private func stall() async throws {
        let outcome = await gate.wait(id: number) {
            // Whoever has seen it stalled can release it.
            log.update(number) { $0.progress = .stalled }
            connection.whenClosed { [gate, number] in gate.abandon(id: number) }
        }
        guard outcome == .released else { throw Connection.Ended() }
        log.update(number) { $0.progress = .active }
    }

    private func head(of reply: Reply, isHead: Bool, plan: DeliveryPlan) -> HTTPResponse {
        var headers = reply.headers
        headers.append(("x-request-id", "req-\(number)"))
        headers.append(("Server", "pulse-emulator"))
        if reply.status != 304, let offset = plan.lengthOffset {
            let announced = reply.body.count + (isHead ? 0 : offset)
            headers.append(("Content-Length", String(max(0, announced))))
        }
        var fields = HTTPFields()
        for (name, value) in headers {
            if let name = HTTPField.Name(name) { fields.append(HTTPField(name: name, value: value)) }
        }
        return HTTPResponse(status: .init(code: reply.status), headerFields: fields)
    }
}
