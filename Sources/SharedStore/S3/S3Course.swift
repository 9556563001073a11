/// How a call has gone so far, and whether it is made again: decisions only.
///
/// The pause is drawn at random below a bound that doubles (full jitter), so that those who failed together do not come back together.
struct S3Course {
    private let call: S3Call
    var attempts = 0
    /// What the attempt before came to.
    var last: ObjectStoreError?
    private var corrections: Set<S3Verdict.Correction> = []
    /// An attempt that failed may have been done.
    private var isInDoubt = false

    private static let firstPause = Duration.milliseconds(50)
    private static let longestPause = Duration.seconds(2)
    private static let mostAttempts = 12

    init(_ call: S3Call) { self.call = call }

    /// How long to wait before the next attempt; nil when there is to be none. `chance` is drawn evenly from 0 to 1.
    mutating func pause(after verdict: S3Verdict, elapsed: Duration, budget: Duration, chance: Double) -> Duration? {
        if verdict.mayHaveBeenDone, call.isWrite { isInDoubt = true }
        guard attempts < Self.mostAttempts else { return nil }
        if let correction = verdict.correction {
            // One of each kind, whatever it names.
            let kind: S3Verdict.Correction = if case .region = correction { .region(nil) } else { correction }
            return corrections.insert(kind).inserted ? .zero : nil
        }
        guard verdict.mayPass, isRepeatable(verdict) else { return nil }
        let bound = min(Self.longestPause, Self.firstPause * (1 << min(attempts - 1, 10)))
        let pause = bound * chance
        return elapsed + pause < budget ? pause : nil
    }

    /// What depends on what is there is not sent again once it may have been done: its own doing would refuse it. An engine's own
    /// error is passed over all the same, as it is mostly true; what follows is then in doubt.
    private func isRepeatable(_ verdict: S3Verdict) -> Bool {
        switch verdict.kind {
        case .unclear: call.isRepeatable
        case .conflict: call.isRepeatable
        default: true
        }
    }

    /// What the call comes to when the last attempt came to `error`.
    func conclusion(of error: ObjectStoreError) -> ObjectStoreError {
        var error = error
        if isInDoubt {
            // The condition may have failed, or the object be gone, because of an attempt of one's own.
            if error.kind == .conditionFailed || error.kind == .absent && !call.isRepeatable {
                var unclear = ObjectStoreError(
                    .unclear, "\(error.message), after an attempt that may have been done.")
                (unclear.status, unclear.code, unclear.requestID) = (error.status, error.code, error.requestID)
                error = unclear
            }
            error.mayHaveBeenDone = true
        }
        error.attempts = attempts
        return error
    }
}
