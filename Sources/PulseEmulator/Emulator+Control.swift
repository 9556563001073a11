/// Changing what the service knows and how it behaves, while it runs.
extension Emulator {
    /// Turns a fault on, after those that are on already.
    public func set(_ fault: Fault) {
        faults.add(fault)
    }

    /// Turns an effect on for requests of this pattern, all of them or the first `count`.
    public func set(_ effect: Fault.Effect, on target: RequestPattern, count: Int? = nil) {
        faults.add(Fault(effect, on: target, count: count))
    }

    /// Turns all faults off and lets stalled requests go on.
    public func clearFaults() {
        faults.clear()
        gate.release()
    }

    /// Takes back the faults on exactly these requests. What is stalled by them stays so until ``release()``.
    public func clear(faultsOn target: RequestPattern) {
        faults.clear(target)
    }

    /// Lets the requests go on that are stalled now. The faults stay.
    public func release() {
        gate.release()
    }

    /// Makes requests of this pattern wait this long before they are looked at.
    public func setLatency(_ latency: Duration, for pattern: RequestPattern = .any) {
        latencies.set(latency, for: pattern)
    }

    /// Changes what the service does beyond its promises.
    public func setFeatures(_ change: (inout EmulatorFeatures) -> Void) {
        features.change(change)
    }

    /// Adds a job, in place of one of the same id. Its launch is now and its link unused.
    public func add(job: EmulatedJob) {
        jobs.add(job)
    }

    /// Makes the service forget a job: it is 404 from now on.
    public func remove(job id: String) {
        jobs.remove(id: id)
    }

    /// The job of this id, as it was added.
    public func job(_ id: String) -> EmulatedJob? {
        jobs.find(id: id)
    }

    /// Whether the single-use result of this job has been downloaded whole. False if there is no such job.
    public func isDelivered(job id: String) -> Bool {
        (try? jobs.snapshot(id: id).delivered) ?? false
    }

    public func add(key: EmulatedKey) {
        keys.add(key)
    }

    /// Makes a key invalid from now on. `key` is its value, as a client sends it.
    public func revoke(key: String) {
        keys.revoke(value: key)
    }
}
