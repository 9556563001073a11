package import ArtifactStore
import Logging
package import PulseAPI
import Synchronization
import SystemPackage

/// What a mount remembers of what happened to it: the latest events for `.pulsefs/log`, and what is wrong where.
///
/// Nothing in it blocks or asks anyone; it calls nobody while its lock is held.
package final class EventLog: Sendable {
    private struct State {
        var ring: EventRing
        var troubles = Troubles()
        var keyTrouble: Trouble?
        /// What the key reads is closed, and so is which jobs there are.
        var isClosed = false
    }

    private let state: Mutex<State>
    private let now: @Sendable () -> Timestamp
    package let requests = RequestCounts()
    package let cache = CacheCounts()

    /// Keeps at most so many events, which take about so many bytes at most.
    package init(most: Int = 1000, bytes: Int = 256 << 10, now: @escaping @Sendable () -> Timestamp = { APITime.now }) {
        state = Mutex(State(ring: EventRing(most: most, bytes: bytes)))
        self.now = now
    }

    // MARK: What happens

    package func record(_ kind: Event.Kind, _ place: Place? = nil, message: String? = nil) {
        let event = Event(kind, at: now(), place, message: message)
        state.withLock { state in
            state.ring.append(event)
            // What another key was told is not for this one.
            if kind == .keyReplaced {
                (state.troubles, state.keyTrouble) = (Troubles(), nil)
            }
            switch kind {
            case .keyClosed: state.isClosed = true
            case .keyOpened, .keyReplaced: state.isClosed = false
            default: break
            }
        }
    }

    /// Takes in what became of a request.
    package func note(_ report: RequestReport) {
        requests.count(report)
        let place = Place(report.subject)
        let isHead = report.method == "HEAD"
        switch report.outcome {
        case .success:
            state.withLock { state in
                if let place { state.troubles.clear(place, byHead: isHead) }
                if report.subject.endpoint == .keyCheck { state.keyTrouble = nil }
            }
        case .failure(let error):
            let failure = Failure(error)
            guard !failure.isGivenUp else { return }
            let isCheck = report.subject.endpoint == .keyCheck
            // Nobody has this job: that there is none is the good answer.
            if isCheck, failure.reason == .notFound || failure.reason == .badName {
                return state.withLock { $0.keyTrouble = nil }
            }
            var event = Event(.requestFailed, at: now(), place)
            event.take(error)
            state.withLock { state in
                if let place {
                    event.tries = state.troubles.add(event, failure.reason, at: place, isOfHead: isHead)
                } else if isCheck {
                    let known = state.keyTrouble
                    event.tries = (known?.tries ?? 0) + 1
                    state.keyTrouble = Trouble(
                        reason: failure.reason, event: event, since: known?.since ?? event.time,
                        tries: event.tries ?? 1)
                }
                state.ring.append(event)
            }
        }
    }

    /// Takes in that a program gets an error, and which, such as `ENOENT`. The words, which that cannot carry, are here.
    package func failed(_ failure: Failure, as errno: String, at place: Place?) {
        guard !failure.isGivenUp else { return }
        MountLog.api.info("an operation failed", metadata: ["reason": "\(failure.words)"])
        var event = Event(.operationFailed, at: now(), place, message: failure.words)
        if let error = failure.apiError { event.take(error) }
        event.errno = errno
        state.withLock { state in
            // A request that failed has been counted when it did.
            if let place, failure.apiError == nil { event.tries = state.troubles.add(event, failure.reason, at: place) }
            state.ring.append(event)
        }
    }

    // MARK: What is known

    /// What was last asked for in vain there.
    package func trouble(at place: Place) -> Trouble? { state.withLock { $0.troubles.at(place) } }

    /// Why the key could not be checked, or what the API said against it.
    package var keyTrouble: Trouble? { state.withLock { $0.keyTrouble } }

    /// When a damaged file of the cache was last set aside there.
    package func quarantine(of place: Place) -> Event? {
        state.withLock { $0.ring.all.last { $0.kind == .fileQuarantined && $0.place == place } }
    }

    package var events: [Event] { Array(state.withLock { $0.ring.all }) }

    /// `.pulsefs/log`: one JSON object a line, oldest first. While the key is refused no job is named.
    package var text: String {
        let (events, isClosed) = state.withLock { (Array($0.ring.all), $0.isClosed) }
        return events.filter { !isClosed || $0.place == nil }.map { EventLine.text($0) + "\n" }.joined()
    }
}

extension Failure {
    /// Nobody wanted it any more: nothing went wrong.
    fileprivate var isGivenUp: Bool { reason == .interrupted || reason == .shuttingDown }
}
