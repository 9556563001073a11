#if DEBUG
    import ArtifactStore
    import Synchronization

    #if canImport(Glibc)
        import Glibc
    #elseif canImport(Musl)
        import Musl
    #endif

    /// Kills the process at a step of publishing, as a crash would: for tests, and in no release build.
    enum DeathAtStep {
        private static let seen = Atomic<Int>(0)

        static var steps: PublishingSteps {
            guard let text = getenv("PULSEFS_TEST_DIE_AT").map({ String(cString: $0) }),
                let colon = text.firstIndex(of: ":"),
                let step = PublishingSteps.Step(rawValue: String(text[..<colon])),
                let count = Int(text[text.index(after: colon)...])
            else { return PublishingSteps() }
            return PublishingSteps { reached in
                guard reached == step, seen.add(1, ordering: .relaxed).newValue == count else { return }
                kill(getpid(), SIGKILL)
            }
        }
    }
#endif
