#if canImport(Glibc)
    import Dispatch
    import Glibc

    /// Gives memory back to the system that a burst of work has left free within the process (malloc_trim(3)): a mount lives
    /// for weeks, and a `find` over a million files should not be seen in its size for as long.
    struct MemoryTrim {
        private let timer: any DispatchSourceTimer

        /// Bytes that are worth the trouble.
        private static let worthwhile = 8 << 20
        private static let interval = DispatchTimeInterval.seconds(5)
        /// Heaps that threads allocate from (M_ARENA_MAX in mallopt(3)): by default several for each processor, each of which
        /// keeps what it has had.
        private static let heaps: Int32 = 2

        init() {
            mallopt(M_ARENA_MAX, Self.heaps)
            timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "pulsefs.memory", qos: .background))
            timer.schedule(deadline: .now() + Self.interval, repeating: Self.interval, leeway: .seconds(1))
            timer.setEventHandler {
                if mallinfo2().fordblks > Self.worthwhile { malloc_trim(0) }
            }
            timer.resume()
        }

        func stop() { timer.cancel() }
    }
#else
    /// Other C libraries give memory back by themselves.
    struct MemoryTrim {
        func stop() {}
    }
#endif
