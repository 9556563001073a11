import Synchronization

/// The handle by which a sink, or whoever it passes it to, steers its running transfer.
///
/// Every function may be called from any thread, does not block, and does nothing once the transfer has ended.
package final class TransferFlow: Sendable {
    let id: TransferID
    private let mailbox: Mailbox
    private let cancelled = Atomic(false)

    init(id: TransferID, mailbox: Mailbox) {
        self.id = id
        self.mailbox = mailbox
    }

    /// Offers the refused bytes to the sink again, and then the rest of the body.
    ///
    /// Never lost: a call made after the sink has decided to pause takes effect even when the sink has not returned yet.
    package func resume() {
        mailbox.post(.resume(id))
    }

    /// Ends the transfer with the code `.cancelled`.
    package func cancel() {
        // Kept as a flag too, because a task that is cancelled from the outset says so before its transfer is started.
        cancelled.store(true, ordering: .releasing)
        mailbox.post(.cancel(id))
    }

    var isCancelled: Bool { cancelled.load(ordering: .acquiring) }
}
