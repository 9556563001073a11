package import ArtifactStore
import PulseAPI

/// How long what is known of running jobs may be shown, and who is told when the API has said something of one.
extension JobCatalog {
    /// How much longer what is known of a running job may be shown; nil when it is final.
    package func freshness(of job: Job, at time: ContinuousClock.Instant? = nil) -> Duration? {
        let now = time ?? clock()
        guard !job.phase.isTerminal else { return nil }
        return withState { $0.clocks[job.ordinal]?.remaining(at: now) ?? .zero }
    }

    /// How old an answer about a running job may become, as things stand; nil when nobody has asked here yet.
    func interval(of job: Job) -> Duration? { withState { $0.clocks[job.ordinal]?.interval } }

    /// Takes in a job as the API has described it to `reader`, just now or `age` ago; nothing when another key is in use by
    /// now.
    package func put(
        _ job: Job, for reader: KeyInUse, changed: Bool, age: Duration = .zero, at time: ContinuousClock.Instant? = nil
    ) {
        let now = (time ?? clock()) - age
        var (previous, isAnother): (Job?, Bool) = (nil, false)
        let isShown = withState { state in
            guard state.generation == reader.generation else { return false }
            // What was dropped from memory may have been another.
            previous = state.jobs.value(for: job.ordinal)
            isAnother = previous.map(job.follow) ?? true
            if isAnother { state.announcements[job.ordinal, default: .init()].count += 1 }
            state.jobs.set(job, for: job.ordinal)
            state.ordinals.set(job.ordinal, for: job.id)
            state.refusals.remove(job.id)
            if job.phase.isTerminal {
                state.clocks[job.ordinal] = nil
            } else {
                state.clocks[job.ordinal, default: StatusClock(checkedAt: now)].answered(changed: changed, at: now)
            }
            return true
        }
        guard isShown else { return }
        checkListing()
        noticeExpiry(of: job, previous)
        if isAnother {
            tell { $0.changed(job, from: previous) }
            endAnnouncement(of: job.ordinal)
        }
        tell { $0.answered(job) }
    }

    private func endAnnouncement(of job: JobOrdinal) {
        let waiters = withState { state -> [CheckedContinuation<Void, Never>] in
            state.announcements[job]?.count -= 1
            guard let announcement = state.announcements[job], announcement.count <= 0 else { return [] }
            state.announcements[job] = nil
            return announcement.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// False while whoever observes changes is being told of one that is known here already.
    package func isAnnounced(_ job: JobOrdinal) -> Bool { withState { $0.announcements[job] == nil } }

    /// Returns when whoever observes changes has been told of all that are known here of a job. That takes no longer than an
    /// observer does, which waits for nothing.
    package func announced(_ job: JobOrdinal) async {
        await withCheckedContinuation { waiter in
            let isAnnounced = withState { state in
                state.announcements[job]?.waiters.append(waiter)
                return state.announcements[job] == nil
            }
            if isAnnounced { waiter.resume() }
        }
    }

    /// The API could not be asked, or said when to ask again: what is known is shown for another while.
    package func postpone(
        _ job: Job, for retryAfter: Duration? = nil, at time: ContinuousClock.Instant? = nil
    ) {
        guard !job.phase.isTerminal else { return }
        let now = time ?? clock()
        withState {
            $0.clocks[job.ordinal, default: StatusClock(checkedAt: now)].failed(retryAfter: retryAfter, at: now)
        }
    }

    /// Somebody else polls about the job by this interval: what is known is shown for `pause`, and then looked for again.
    func follow(_ job: Job, interval: Duration, pause: Duration) {
        guard !job.phase.isTerminal else { return }
        let now = clock()
        withState {
            $0.clocks[job.ordinal, default: StatusClock(checkedAt: now)]
                .followed(interval: interval, pause: pause, at: now)
        }
    }
}
