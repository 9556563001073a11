import Synchronization
import Transfer

extension PulseClient {
    /// Sends a request until it is answered, or the policy says that it is not worth it any more. While it rests between two
    /// attempts it holds no place among the requests in flight.
    ///
    /// A sink that has been given some of an answer is given another only if it can begin again: else whoever owns it
    /// decides. Cancelling the task ends it at once, also while it rests.
    ///
    /// - Parameter send: sends it once. The server has so long to begin its answer.
    func persist(
        _ method: TransferRequest.Method, into sink: any BodySink, _ policy: RetryPolicy,
        _ send: (AttemptSink, Duration) async throws(APIError) -> ResponseHead
    ) async throws(APIError) -> ResponseHead {
        let begin = persistence.now()
        var number = 0
        var earlier: APIError?
        while true {
            number += 1
            let attempt = AttemptSink(sink)
            let time = policy.timeToAnswer(after: persistence.now() - begin)
            var failure: APIError
            do throws(APIError) {
                return try await send(attempt, time)
            } catch {
                failure = error
                // What the server was given little time for says less of it than what it did before.
                if let earlier, policy.wasCutShort(error.cause, within: time) { failure = earlier }
            }
            failure.attempts = number
            earlier = failure
            var wait = failure.retryDelay()
            switch failure.breaker {
            // Nobody waits for a server that is known not to answer; who has begun before that was known goes on.
            case .keptBack where number == 1, .probe where number == 1: throw failure
            case .keptBack(let kept): wait = kept
            case .probe, nil: break
            }
            let outcome = RetryPolicy.Attempt(
                number: number, cause: failure.cause, method: method, elapsed: persistence.now() - begin,
                retryAfter: wait)
            guard !attempt.hasBegun || sink is any RestartableSink,
                let pause = policy.pause(after: outcome, chance: persistence.chance())
            else { throw failure }
            do { try await rests.rest(pause, by: persistence.sleep) } catch { throw .cancelled(while: failure) }
            if attempt.hasBegun {
                do { try (sink as? any RestartableSink)?.restart() } catch { throw failure }
            }
            repeats.wrappingAdd(1, ordering: .relaxed)
        }
    }
}

extension APIError {
    /// The request was given up by whoever wanted it, after this had become of it.
    fileprivate static func cancelled(while error: APIError) -> APIError {
        var cancelled = APIError(
            error.request, cause: .transport(.cancelled), message: "it was stopped; the last attempt: \(error.message)"
        )
        cancelled.attempts = error.attempts
        return cancelled
    }
}
