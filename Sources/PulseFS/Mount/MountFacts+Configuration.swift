import ArtifactStore
import PulseAPI
import SystemPackage

extension MountFacts {
    init(
        of process: Int32, _ configuration: MountConfiguration, _ keyring: Keyring, isAPIKeptBack: Bool,
        since start: Timestamp, at now: Timestamp = APITime.now
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
    }
}
