import ArgumentParser
import ArtifactStore
import Foundation
import PulseFS
import Settings
import System

struct CacheCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cache",
        abstract: "Show, check or shrink the cache.",
        discussion: """
            Needs no key and sends no request. Mounts of the same cache may be running.

              pulsefs cache info
              pulsefs cache verify
              pulsefs cache prune --to 2G
            """,
        subcommands: [CacheInfoCommand.self, CacheVerifyCommand.self, CachePruneCommand.self])
}

/// Which cache a command is about.
struct CacheChoice: ParsableArguments {
    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var directory: CacheDirectoryOptions
    @OptionGroup var size: CacheSizeOptions

    func open() async throws -> ArtifactStore {
        let flags = configuration.flags + directory.flags + size.flags
        let settings = try LocalSettings(SettingsSources(flags, .process))
        return try await CacheOpening.openForCommand(settings.cacheDirectory, limits: settings.cacheLimits)
    }
}
