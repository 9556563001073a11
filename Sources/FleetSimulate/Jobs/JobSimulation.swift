import ArtifactStore
import JobCache
import PulseAPI
import SharedStore
import Synchronization

/// Many mounts that want to know of one job at about the same time.
struct JobSimulation: Sendable {
    struct Figures: Sendable {
        var requests = 0
        var traffic: Traffic
        /// How long after the end of the job, or after it was asked for, each mount that lives knew of it.
        var told: [Duration] = []
        /// Mounts that live and do not know.
        var untold = 0

        /// Of so many of a hundred.
        func percentile(_ share: Int) -> Duration {
            let sorted = told.sorted()
            return sorted.isEmpty ? .zero : sorted[min(sorted.count - 1, sorted.count * share / 100)]
        }
    }

    private final class Told: Sendable {
        let at = Mutex<[Int: Duration]>([:])
    }

    let mounts: Int
    let seed: UInt64
    let store: ArtifactStore

    /// A job that has ended, which nobody of the fleet knows: all look at it within a second.
    func cold(_ time: VirtualTime) async throws -> Figures {
        try await run(time, end: .zero, within: .seconds(1), deaths: nil)
    }

    /// A job that runs, which all wait for from its first ten seconds on.
    /// - Parameter deaths: whoever polls is killed so often; nil for never.
    func running(_ time: VirtualTime, seconds: Int, deaths: Duration? = nil) async throws -> Figures {
        try await run(time, end: .seconds(seconds), within: .seconds(10), deaths: deaths)
    }

    /// - Parameter end: when the job ends.
    func run(_ time: VirtualTime, end: Duration, within: Duration, deaths: Duration?) async throws -> Figures {
        guard let id = WaitingMount.id, let key = APIKey("a-key") else { throw CancellationError() }
        let traffic = Traffic(time)
        let dice = Dice(seed)
        let engine = MemoryObjectStore(
            time: StoreTime(time, wall: { time.seconds }, chance: { dice.unit() }))
        let api = SimulatedAPI(time, dice, begin: end / 20, end: end)
        let reader = KeyInUse(
            key: key, fingerprint: key.withSecret { store.fingerprint(ofKey: $0) }, generation: 0)
        let secret = FleetSecret.random()
        Founding.plant(in: engine, secret)
        let told = Told()
        var all: [WaitingMount] = []
        for number in 0..<mounts {
            let own = Dice(seed, UInt64(number))
            let life = Life(time)
            let tier = FleetTier(
                FleetStore(Line(engine, life, own, traffic), secret, FleetRules(), .fits(claims: true)),
                origin: "https://api.example.com", store: store, running: RunningJobs(chance: { own.unit() }),
                time: FleetTime(now: { time.passed }, sleep: { try await life.sleep($0) }))
            let mount = WaitingMount(number, id, tier, reader, api, store, life)
            all.append(mount)
            let arrival = own.between(.zero, within)
            Task {
                guard (try? await life.sleep(arrival)) != nil else { return }
                guard await mount.wait() else { return }
                told.at.withLock { $0[number] = time.passed - max(arrival, end) }
            }
        }
        if let deaths {
            while time.passed + deaths < end {
                try await time.sleep(for: deaths)
                if let asker = api.lastAsker { all[asker].life.end() }
            }
        }
        // Whoever polls is replaced within half a minute, and the others look every ten seconds.
        try await time.sleep(until: end + .seconds(120))
        var figures = Figures(requests: api.requests, traffic: traffic)
        let known = told.at.withLock { $0 }
        figures.told = Array(known.values)
        figures.untold = all.count { !$0.life.isDead && known[$0.number] == nil }
        return figures
    }
}
