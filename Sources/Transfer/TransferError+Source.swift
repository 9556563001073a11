extension TransferError {
    /// The failure that an error thrown by the source of a body stands for.
    init(thrownBySource error: any Error) {
        if let failure = error as? FileSource.ReadFailure {
            self.init(.source(errno: failure.errno), failure.description)
        } else {
            self.init(.source(errno: nil), "The bytes to be sent could not be had: \(error)")
        }
        underlying = error
    }
}
