import CCurl

/// Runs every transfer of an engine on one thread, from the first command to the last answer.
///
/// Never leaves that thread, and waits nowhere but in curl_multi_poll(3).
final class EngineLoop {
    private typealias Instant = SuspendingClock.Instant

    private let multi: MultiHandle
    private let mailbox: Mailbox
    private let configuration: TransferEngine.Configuration
    private var transfers: [TransferID: ActiveTransfer] = [:]
    /// No transfer is due before this moment. Receiving only puts deadlines off, so it needs no update then.
    private var nextDeadline: Instant?

    private let home: HomeAddresses
    private let sessions = TLSSessions()

    init(
        _ multi: MultiHandle, _ mailbox: Mailbox, _ configuration: TransferEngine.Configuration, _ home: HomeAddresses
    ) {
        self.home = home
        self.multi = multi
        self.mailbox = mailbox
        self.configuration = configuration
    }

    /// Returns after `Mailbox.Command.shutDown`, with every transfer answered and the mailbox closed.
    func run() {
        var ending: TransferError?
        while ending == nil {
            for command in mailbox.collect() {
                ending = obey(command) ?? ending
            }
            guard ending == nil else { break }
            guard multi.perform() else {
                ending = .engineFailed
                break
            }
            finishCompleted()
            giveUpExpired()
            if !multi.poll(timeout: timeUntilNextDeadline()) {
                ending = .engineFailed
            }
        }
        end(with: ending ?? .shutDown)
    }

    /// Returns why the loop is to end, if it is.
    private func obey(_ command: Mailbox.Command) -> TransferError? {
        switch command {
        case .start(let order): start(order)
        case .resume(let id): resume(id)
        case .cancel(let id): fail(id, with: .cancelled)
        case .shutDown: return .shutDown
        }
        return nil
    }

    private func start(_ order: TransferOrder) {
        guard !order.flow.isCancelled else {
            order.continuation.resume(returning: .failure(.cancelled))
            return
        }
        do throws(TransferError) {
            let transfer = try ActiveTransfer(order, configuration, home, sessions)
            transfer.onDeadlineMovedUp = { [unowned self] in noteDeadline(of: $0) }
            guard multi.add(transfer.easy) else { throw TransferError.engineFailed }
            transfers[order.flow.id] = transfer
            noteDeadline(of: transfer)
        } catch {
            order.continuation.resume(returning: .failure(error))
        }
    }

    private func resume(_ id: TransferID) {
        guard let transfer = transfers[id], transfer.endPause() else { return }
        // A refusal inside is reported here and nowhere else.
        let code = transfer.easy.unpause()
        if code != CURLE_OK {
            finish(id, transfer.outcome(of: code))
        }
    }

    private func finishCompleted() {
        while let (easy, code) = multi.nextFinished() {
            guard let context = EasyHandle.context(of: easy) else { continue }
            let transfer = ActiveTransfer.transfer(context)
            finish(transfer.order.flow.id, transfer.outcome(of: code))
        }
    }

    private func fail(_ id: TransferID, with error: TransferError) {
        guard let transfer = transfers[id] else { return }
        finish(id, transfer.outcome(of: error))
    }

    /// Takes the transfer out of libcurl, and only then lets its owner go on.
    private func finish(_ id: TransferID, _ outcome: TransferOrder.Outcome) {
        guard let transfer = transfers.removeValue(forKey: id) else { return }
        multi.remove(transfer.easy)
        if case .failure(let error) = outcome, error.code == .connectTimedOut {
            letWaitersConnect(to: transfer.destination.authority)
        }
        transfer.order.continuation.resume(returning: outcome)
    }

    /// Transfers that wait to share a connection would each be the first one in turn, and each wait a whole timeout.
    private func letWaitersConnect(to authority: String) {
        for transfer in transfers.values where transfer.destination.authority == authority {
            transfer.easy.stopWaitingForOthers()
        }
    }

    private func end(with error: TransferError) {
        mailbox.close(error)
        for id in Array(transfers.keys) {
            fail(id, with: error)
        }
    }
}

extension EngineLoop {
    private func noteDeadline(of transfer: ActiveTransfer) {
        guard let deadline = transfer.deadlines.next else { return }
        nextDeadline = nextDeadline.map { min($0, deadline) } ?? deadline
    }

    private func giveUpExpired() {
        let now = Instant.now
        guard let due = nextDeadline, now >= due else { return }
        nextDeadline = nil
        for (id, transfer) in transfers {
            if let expiry = transfer.deadlines.expiry(at: now) {
                // Whatever is wrong with this connection, no other transfer should meet it.
                transfer.easy.forbidReuse()
                fail(id, with: expiry.error(at: transfer.destination.authority))
            } else {
                noteDeadline(of: transfer)
            }
        }
    }

    private func timeUntilNextDeadline() -> Duration {
        guard let nextDeadline else { return .seconds(3600) }
        return Instant.now.duration(to: nextDeadline)
    }
}

extension TransferError {
    static let cancelled = TransferError(.cancelled, "The transfer was cancelled.")
    static let shutDown = TransferError(.shutDown, "The transfer engine is shut down.")
    static let engineFailed = TransferError(
        .other, "libcurl cannot go on; is the process out of memory or descriptors?")
}

extension TransferDeadlines.Expiry {
    func error(at authority: String) -> TransferError {
        switch self {
        case .stalled: TransferError(.stalled, "\(authority) has sent nothing for too long.")
        case .unanswered: TransferError(.stalled, "\(authority) has not answered in time.")
        case .totalTimedOut: TransferError(.totalTimedOut, "\(authority) did not complete the answer in time.")
        }
    }
}
