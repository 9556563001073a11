import ArtifactStore
import JobCache
import PulseAPI
import Settings
import SharedStore
import SystemPackage

extension MountFacts {
    init(
        of process: Int32, _ configuration: MountConfiguration, _ keyring: Keyring, isAPIKeptBack: Bool,
        sharing: SharingFigures? = nil, since start: Timestamp, at now: Timestamp = APITime.now
    ) {
        pid = process
        api = "\(configuration.origin)"
        self.isAPIKeptBack = isAPIKeptBack
        key = keyring.word
        closed = keyring.closed?.words
        cache = configuration.cacheDirectory.string
        mountedAt = APITime.text(start)
        uptimeSeconds = start.age(at: now)?.components.seconds ?? 0
        version = Version.text
        store = sharing.map { figures in
            StoreFacts(
                health: figures.health.rawValue,
                milliseconds: figures.calls.latency.map { max(1, Int($0 / .milliseconds(1))) },
                waitingBytes: figures.waiting)
        }
    }
}
