extension TransferError {
    /// The failure that an error thrown by a sink stands for.
    init(thrownBySink error: any Error) {
        switch error {
        case let limit as MemorySink.LimitExceeded:
            self.init(.tooLarge(limit: limit.limit), "The answer is larger than \(limit.limit) bytes.")
        case let failure as FileSink.WriteFailure:
            self.init(.sink(errno: failure.errno), failure.description)
        default:
            self.init(.sink(errno: nil), "The received bytes could not be taken: \(error)")
        }
        underlying = error
    }
}
