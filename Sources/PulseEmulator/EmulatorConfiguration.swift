public import Foundation

/// What an emulator starts with.
public struct EmulatorConfiguration: Sendable {
    /// The address to listen on.
    public var host = "127.0.0.1"
    /// The port to listen on; 0 takes a free one.
    public var port = 0
    public var keys: [EmulatedKey]
    public var jobs: [EmulatedJob]
    public var features: EmulatorFeatures
    /// How long every request waits before it is looked at.
    public var latency: Duration
    /// Whether the emulator can be controlled over HTTP under `/_emulator/`, without a key.
    public var servesControl: Bool
    /// What time it is. Timetables and the lifetime of links follow it.
    public var clock: @Sendable () -> Date

    public init(
        keys: [EmulatedKey] = EmulatedKey.demo,
        jobs: [EmulatedJob],
        features: EmulatorFeatures = EmulatorFeatures(),
        latency: Duration = .zero,
        servesControl: Bool = false,
        clock: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.keys = keys
        self.jobs = jobs
        self.features = features
        self.latency = latency
        self.servesControl = servesControl
        self.clock = clock
    }
}
