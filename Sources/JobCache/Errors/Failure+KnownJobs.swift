extension Failure {
    /// Says nothing about the job itself or the right to see it, or only that the API has let go of it.
    package var leavesKnownJobsReadable: Bool {
        switch reason {
        case .keyRefused, .forbidden, .noKey, .interrupted, .shuttingDown: false
        default: true
        }
    }
}
