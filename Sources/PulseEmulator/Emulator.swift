/// An HTTP server that behaves like the Pulse API.
///
/// It serves jobs made up in advance or by a test, refuses as the API refuses, and
/// can be told to fail in the ways networks and services fail. Every function may be called from
/// any task. The owner calls ``shutDown()``; an emulator that is let go keeps running.
public final class Emulator: Sendable {
    /// The port it listens on.
    public let port: Int
    /// What a client takes as the service's address, for example `http://127.0.0.1:40123`.
    public let baseURL: String

    let jobs: JobRegistry
    let keys: KeyRing
    let faults: FaultTable
    let latencies: LatencyTable
    let features: FeatureSwitches
    let gate: StallGate
    let log: RequestLog
    private let listener: Listener

    private init(_ responder: Responder, listener: Listener, host: String) {
        port = listener.port
        baseURL = "http://\(host):\(listener.port)"
        jobs = responder.endpoints.jobs
        features = responder.endpoints.features
        keys = responder.keys
        faults = responder.faults
        latencies = responder.latencies
        gate = responder.gate
        log = responder.log
        self.listener = listener
    }

    /// Starts an emulator. When this returns it answers.
    ///
    /// - Throws: ``EmulatorError`` if the address cannot be bound.
    public static func start(_ configuration: EmulatorConfiguration) async throws -> Emulator {
        let responder = Responder(configuration)
        let listener = try await Listener.start(
            host: configuration.host, port: configuration.port, responder: responder)
        return Emulator(responder, listener: listener, host: configuration.host)
    }

    /// Runs `body` with an emulator that lives as long as it.
    public static func with<Value: Sendable>(
        _ configuration: EmulatorConfiguration,
        body: (Emulator) async throws -> Value
    ) async throws -> Value {
        let emulator = try await start(configuration)
        do {
            let value = try await body(emulator)
            await emulator.shutDown()
            return value
        } catch {
            await emulator.shutDown()
            throw error
        }
    }

    /// Closes all connections and stops listening. Stalled requests end, waits throw.
    public func shutDown() async {
        gate.shut()
        log.shut()
        await listener.stop()
    }
}

extension Responder {
    /// All state of an emulator that is about to start.
    init(_ configuration: EmulatorConfiguration) {
        keys = KeyRing(configuration.keys)
        faults = FaultTable()
        latencies = LatencyTable(configuration.latency)
        gate = StallGate()
        log = RequestLog()
        resets = ResetWatch()
        endpoints = Endpoints(
            jobs: JobRegistry(configuration.jobs, clock: configuration.clock),
            features: FeatureSwitches(configuration.features))
        control =
            configuration.servesControl
            ? ControlEndpoints(
                jobs: endpoints.jobs, keys: keys, faults: faults, latencies: latencies,
                features: endpoints.features, gate: gate, log: log)
            : nil
    }
}
