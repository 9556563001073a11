public import Foundation
public import PulseEmulator

extension EmulatorConfiguration {
    /// What an emulator starts with that knows the fixtures.
    public init(
        keys: [EmulatedKey] = EmulatedKey.demo,
        features: EmulatorFeatures = EmulatorFeatures(),
        latency: Duration = .zero,
        servesControl: Bool = false,
        clock: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.init(
            keys: keys, jobs: Fixtures.jobs, features: features, latency: latency, servesControl: servesControl,
            clock: clock)
    }
}

extension Emulator {
    /// Starts an emulator that knows the fixtures.
    public static func start() async throws -> Emulator { try await start(EmulatorConfiguration()) }

    /// Runs `body` with an emulator that knows the fixtures, and lives as long as it.
    public static func with<Value: Sendable>(body: (Emulator) async throws -> Value) async throws -> Value {
        try await with(EmulatorConfiguration(), body: body)
    }
}
