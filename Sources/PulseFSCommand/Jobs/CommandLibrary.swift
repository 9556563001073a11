import ArgumentParser
import Foundation
import JobCache
import PulseAPI
import PulseFS
import Settings
import Synchronization
import System

/// A library for the length of a command that asks the API.
struct CommandLibrary: ParsableArguments {
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var size: CacheSizeOptions
    @OptionGroup var artifacts: ArtifactSizeOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var storeUse: StoreUseOptions

    /// Jobs and files that are asked for at a time.
    static let width = 16

    /// The command's writes to the cache have this long when it has nothing else to do.
    private static let grace = Duration.seconds(30)

    /// When the command was interrupted, what is under way has this long to land: a result that can be fetched only once
    /// above all.
    private static let graceWhenInterrupted = Duration.seconds(1)

    private static func close(_ opening: LibraryOpening) async {
        let isInterrupted = Task.isCancelled
        let isSaid = Mutex(false)
        await opening.close(
            grace: isInterrupted ? graceWhenInterrupted : grace,
            sharing: isInterrupted ? JobLibrary.sharingGrace : nil
        ) { count in
            let isFirst = isSaid.withLock { isSaid in
                defer { isSaid = true }
                return !isSaid
            }
            guard isInterrupted, isFirst else { return }
            let what = count == 1 ? "a result" : "\(count) results"
            Terminal.complain(
                "\(what) on the way can be fetched only once, and is finished first; a second ^C stops it")
        }
    }

    /// Runs a command that says by itself what it could not do; `body` is whether that was nothing. Exit code 1 if not.
    func complete(_ name: String, _ body: (JobLibrary) async -> Bool) async throws {
        let isComplete: Bool
        do { isComplete = try await with(name, nil, body) } catch { throw Terminal.failure(error) }
        if !isComplete { throw ExitCode(1) }
    }

    /// `name` is the command's, for the ledger; `polls` is how soon the API is asked about jobs that are waited for. Fails
    /// without a key.
    func with<Value>(
        _ name: String, _ waiting: WaitOptions? = nil, polls: Urgency.Level = .foreground,
        _ body: (JobLibrary) async throws -> Value
    ) async throws -> Value {
        let flags =
            connection.flags + size.flags + artifacts.flags + store.flags + storeUse.flags
            + (waiting?.flags ?? SettingsFlags())
        let settings = try Settings(SettingsSources(flags, .process))
        for warning in settings.warnings { Terminal.warn(warning) }
        return try await Self.with(settings, actor: name, polls: polls, rules: KeyRules()) {
            try await body($0.library)
        }
    }

    /// The same for a command that shows jobs as a mount does, with the settings of one. `prepare` comes before the cache is
    /// opened.
    func withMountSettings<Value>(
        _ name: String, _ further: SettingsFlags, polls: Urgency.Level,
        prepare: (MountSettings) throws -> Void, _ body: (LibraryOpening, MountSettings) async throws -> Value
    ) async throws -> Value {
        let flags = connection.flags + size.flags + artifacts.flags + store.flags + storeUse.flags + further
        let mount = try MountSettings(SettingsSources(flags, .process))
        for warning in mount.settings.warnings { Terminal.warn(warning) }
        try prepare(mount)
        return try await Self.with(
            mount.settings, actor: name, polls: polls, rules: mount.keyRules,
            largeResults: mount.settings.largeResults, parts: mount.parts
        ) { try await body($0, mount) }
    }

    private static func with<Value>(
        _ settings: Settings, actor: String, polls: Urgency.Level, rules: KeyRules,
        largeResults: LargeResultPolicy = .automatic, parts: PartsPolicy = PartsPolicy(),
        _ body: (LibraryOpening) async throws -> Value
    ) async throws -> Value {
        // Whatever is made from here on is the user's alone.
        _ = umask(0o077)
        let store = try await CacheOpening.openForCommand(
            settings.cacheDirectory, limits: settings.cacheLimits, isMade: true)
        let fleet = try await FleetStore.opened(settings.store, .process)
        var choices = settings.rules
        choices.largeResults = largeResults
        choices.parts = parts
        choices.waiting.polls = polls
        let opening = LibraryOpening(
            on: store,
            APIAccess(
                origin: settings.origin, key: settings.key, rules: rules, timeout: settings.timeout,
                authorities: settings.authorities),
            rules: choices, actor: "\(actor), process \(ThisProcess.identifier)", fleet: fleet)
        KeyRefusal.watch(opening, settings)
        do {
            let value = try await body(opening)
            await close(opening)
            return value
        } catch {
            await close(opening)
            throw error
        }
    }
}
