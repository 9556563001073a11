/// What has been asked of the service so far, and waiting for more without sleeping.
extension Emulator {
    /// All requests of this pattern, in order of arrival.
    public func requests(matching pattern: RequestPattern = .any) -> [RecordedRequest] {
        log.requests.filter { pattern.matches(path: $0.path) }
    }

    /// How often each path was asked for.
    public var requestCounts: [String: Int] {
        log.requests.reduce(into: [:]) { $0[$1.path, default: 0] += 1 }
    }

    /// How many requests are being answered now, stalled ones included.
    public var activeRequests: Int {
        log.requests.count { $0.progress == .active || $0.progress == .stalled }
    }

    /// How many requests are held by a stall now.
    public var stalledRequests: Int {
        log.requests.count { $0.progress == .stalled }
    }

    /// Forgets the requests so far. Their numbers are not used again.
    public func clearRequests() {
        log.clear()
    }

    /// Forgets the requests of this pattern so far.
    public func clearRequests(matching pattern: RequestPattern) {
        log.clear { pattern.matches(path: $0) }
    }

    /// Returns once at least `count` requests of this pattern have arrived.
    ///
    /// - Throws: `CancellationError` if the task is cancelled or the emulator shuts down.
    public func waitForRequests(_ count: Int, matching pattern: RequestPattern = .any) async throws {
        try await log.wait { requests in
            requests.count { pattern.matches(path: $0.path) } >= count
        }
    }

    /// Returns once at least `count` requests of this pattern are held by a stall.
    ///
    /// - Throws: `CancellationError` if the task is cancelled or the emulator shuts down.
    public func waitForStalled(_ count: Int, matching pattern: RequestPattern = .any) async throws {
        try await log.wait { requests in
            requests.count { $0.progress == .stalled && pattern.matches(path: $0.path) } >= count
        }
    }

    /// Returns once no request is being answered.
    ///
    /// - Throws: `CancellationError` if the task is cancelled or the emulator shuts down.
    public func waitUntilIdle() async throws {
        try await log.wait { requests in
            !requests.contains { $0.progress == .active || $0.progress == .stalled }
        }
    }
}
