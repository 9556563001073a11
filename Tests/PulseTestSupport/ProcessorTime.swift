import Glibc

/// What work costs the processor, however long it has to wait for one.
public enum ProcessorTime {
    /// The processor time that the calling thread spends in `work` (clock_gettime(2), CLOCK_THREAD_CPUTIME_ID).
    public static func measure(_ work: () -> Void) -> Duration {
        let start = now
        work()
        return now - start
    }

    private static var now: Duration {
        var time = timespec()
        // It fails for a clock that there is not, and this one is.
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
