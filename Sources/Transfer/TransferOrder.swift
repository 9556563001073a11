/// A request on its way to the engine's thread, with everything that is needed to answer it.
struct TransferOrder: Sendable {
    typealias Outcome = Result<TransferResponse, TransferError>

    let request: TransferRequest
    let sink: any BodySink
    let flow: TransferFlow
    /// When `TransferLimits.totalTimeout` began to run.
    let issued: SuspendingClock.Instant
    /// Resumed exactly once, by whoever holds the order last.
    let continuation: CheckedContinuation<Outcome, Never>
}
