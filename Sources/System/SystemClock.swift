package import Quantities

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The clocks of the system (clock_gettime(2)).
package enum SystemClock {
    /// The date, which may be set to anything.
    package static var now: FileTime { read(CLOCK_REALTIME) }

    /// Seconds since some moment, which nobody sets; read without a system call (CLOCK_MONOTONIC_COARSE).
    package static var coarseSecond: UInt64 { UInt64(clamping: read(CLOCK_MONOTONIC_COARSE).seconds) }

    private static func read(_ clock: clockid_t) -> FileTime {
        var time = timespec()
        clock_gettime(clock, &time)
        return FileTime(time)
    }
}
