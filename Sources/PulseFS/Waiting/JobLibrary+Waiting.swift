package import PulseAPI

extension JobLibrary {
    /// Returns the job once it has ended. Asks as often as an answer about a running job grows old.
    ///
    /// When the API cannot be asked it is asked again, until `patience` has passed without an answer (`.timedOut`). Fails at
    /// once with what the API says of the job itself, and with `.interrupted` when the task is cancelled.
    package func untilEnded(_ id: JobID, patience: Duration) async throws(Failure) -> Job {
        var answered = ContinuousClock.now
        while true {
            var pause = StatusClock.shortest
            do throws(Failure) {
                let job = try await ask(id)
                answered = .now
                guard let freshness = catalog.freshness(of: job) else { return job }
                pause = freshness
            } catch  where Self.mayPass(error) {
                guard answered.duration(to: .now) < patience else {
                    throw Failure(.timedOut, "\(error.words); there was no answer for \(patience)")
                }
            }
            do { try await Task.sleep(for: pause) } catch {
                throw Failure(.interrupted, "the wait for job \(id) was given up")
            }
        }
    }

    private static func mayPass(_ failure: Failure) -> Bool {
        switch failure.reason {
        case .busy, .serverError, .timedOut, .refused, .hostUnreachable, .networkUnreachable, .nameNotResolved,
            .connectionLost, .partialBody:
            true
        default: false
        }
    }
}
