import PulseFS
package import Settings
package import SystemPackage

/// Looks at all that a mount needs: the kernel's side, the settings, the key, the API and the cache.
///
/// Changes nothing, needs no network and no key, and never waits for long: what may hang has a time limit. Each `Checkup` is
/// made from facts by a value that knows nothing else; here the facts are gathered, side by side.
package struct Doctor: Sendable {
    private let sources: SettingsSources
    private let settings: ExaminedSettings
    private let directory: FilePath?

    /// Seconds that a disk, or the kernel, has to answer.
    private static let patience = 6

    /// `directory` is absolute: where a mount is to be, or is.
    package init(_ sources: SettingsSources, directory: FilePath?) {
        self.sources = sources
        settings = ExaminedSettings(sources)
        self.directory = directory
    }

    /// In an order that stays the same.
    package func examine() async -> [Checkup] {
        async let kernel = kernelSide()
        async let place = mountPlace()
        async let remote = keyAndAPI()
        async let cache = cache()
        async let store = StoreReach.here(sources, within: .seconds(Self.patience))
        let rest = [
            OpenFileLimit.here?.checkup, CrawlerPruning.here(noFetch: settings.noFetch).checkup,
            ProgramVersions.here.checkup,
        ].compactMap { $0 }
        let shared = await store.map { [$0.checkup] } ?? []
        return await kernel + [place, SettingsExamination(sources).checkup] + remote + shared + cache + rest
    }

    private func kernelSide() async -> [Checkup] {
        let machine = Machine.here
        let device = FuseDevice.here(machine).checkup
        let surroundings = sources.surroundings
        let helper = await TimeLimit.run(Self.patience) { FusermountCheck.here(machine, surroundings).checkup }
        let rules = FuseConfiguration.here(machine, wantsOthers: settings.allowsOthers).checkup
        return [device, helper ?? FusermountCheck.tooSlow, rules, await trial(machine, device)]
    }

    private func trial(_ machine: Machine, _ device: Checkup) async -> Checkup {
        guard device.outcome == .ok else { return TrialMount.withoutDevice }
        return await TimeLimit.run(Self.patience) { TrialMount.here(machine).checkup } ?? TrialMount.tooSlow
    }

    private func mountPlace() async -> Checkup {
        guard let directory else { return MountPlace.notAsked }
        let cache = settings.cacheDirectory
        return await TimeLimit.run(Self.patience) { MountPlace.here(directory, cache: cache).checkup }
            ?? MountPlace.tooSlow
    }

    private func keyAndAPI() async -> [Checkup] {
        let key = KeyExamination.key(sources)
        let proxy = ProxyVariables(sources.surroundings, for: settings.origin)
        var questions = await APIQuestions.ask(
            settings.origin, key: key?.key, trusting: settings.authorities)
        questions.reach.proxy = proxy.proxy?.name
        let state: KeyExamination.State =
            key.map { .present(place: $0.place, verdict: questions.verdict) }
            ?? .unusable(KeyExamination.problems(sources))
        return [
            KeyExamination(state: state).checkup, questions.reach.checkup,
            proxy.checkup, settings.certificates, ClockSkew(lead: questions.clockLead).checkup,
        ]
    }

    private func cache() async -> [Checkup] {
        guard let path = settings.cacheDirectory else { return CachePlace.unnamed }
        if let mounted = MountedPath(path) { return CachePlace.inMount(path, on: mounted.mountpoint) }
        let limits = settings.cacheLimits
        return await TimeLimit.run(Self.patience) { CachePlace.here(path, limits).checkups }
            ?? CachePlace.tooSlow(path)
    }
}
