import System

#if DEBUG
    import ArtifactStore
    import Synchronization

    /// Kills the process at a step of publishing, as a crash would: for tests, and in no release build.
    enum DeathAtStep {
        private static let seen = Atomic<Int>(0)

        static var steps: PublishingSteps {
            guard let text = ThisProcess.variable("PULSEFS_TEST_DIE_AT"),
                let colon = text.firstIndex(of: ":"),
                let step = PublishingSteps.Step(rawValue: String(text[..<colon])),
                let count = Int(text[text.index(after: colon)...])
            else { return PublishingSteps() }
            return PublishingSteps { reached in
                guard reached == step, seen.add(1, ordering: .relaxed).newValue == count else { return }
                ThisProcess.kill()
            }
        }
    }
#endif
