import Synchronization

/// The handle by which a sink, or whoever it passes it to, steers its running transfer.
///
/// Every function may be called from any thread, does not block, and does nothing once the transfer has ended.
package final class TransferFlow: Sendable {
    private enum Course {
        case engine(Mailbox)
        /// The body does not come from an engine.
        case elsewhere(@Sendable () -> Void)
    }

    let id: TransferID
    private let course: Course
    private let cancelled = Atomic(false)

    init(id: TransferID, mailbox: Mailbox) { (self.id, course) = (id, .engine(mailbox)) }

    /// Of a body that comes from elsewhere than an engine. `resume` is called, from any thread, whenever the sink is to be asked
    /// again; whoever sends such a body ends it by itself.
    package init(resume: @escaping @Sendable () -> Void) { (id, course) = (.next(), .elsewhere(resume)) }

    /// Offers the refused bytes to the sink again, and then the rest of the body.
    ///
    /// Never lost: a call made after the sink has decided to pause takes effect even when the sink has not returned yet.
    package func resume() {
        switch course {
        case .engine(let mailbox): mailbox.post(.resume(id))
        case .elsewhere(let resume): resume()
        }
    }

    /// Ends the transfer with the code `.cancelled`.
    package func cancel() {
        // Kept as a flag too, because a task that is cancelled from the outset says so before its transfer is started.
        cancelled.store(true, ordering: .releasing)
        if case .engine(let mailbox) = course { mailbox.post(.cancel(id)) }
    }

    var isCancelled: Bool { cancelled.load(ordering: .acquiring) }
}
