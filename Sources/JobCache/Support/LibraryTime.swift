import ArtifactStore

/// What a library goes by: what everything grows old by, how it waits, and what dates the API's answers.
package struct LibraryTime: Sendable {
    package var clock: @Sendable () -> ContinuousClock.Instant = { .now }
    var sleep: @Sendable (ContinuousClock.Instant) async throws -> Void = {
        try await ContinuousClock().sleep(until: $0)
    }
    var now: @Sendable () -> Timestamp = { APITime.now }
}
