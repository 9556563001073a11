extension Failure {
    /// Asking again about a job may bring an answer. `isKnown` says that the API has shown the job before: then also what is
    /// no answer to use, or says that there is no such job, may be a mistake of the moment.
    func mayPass(isKnown: Bool) -> Bool {
        switch reason {
        case .busy, .serverError, .timedOut, .refused, .hostUnreachable, .networkUnreachable, .nameNotResolved,
            .connectionLost, .partialBody, .changed:
            true
        case .notFound, .gone, .unexpectedStatus, .tls, .badAnswer, .notAJob, .tooLarge, .cacheFailed, .noRoom,
            .outgrown:
            isKnown
        case .badName, .keyRefused, .keyUnconfirmed, .forbidden, .noKey, .paymentRequired, .interrupted, .shuttingDown,
            .forbiddenAddress:
            false
        }
    }
}
