import ArgumentParser
import Foundation
import PulseFS
import SystemPackage

struct MountCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mount",
        abstract: "Mount the results on a directory.",
        discussion: """
            Returns when the mount is usable; the mount goes on in the background until it is unmounted. With --foreground \
            it prints one line when it is usable and stays until ^C.

              PULSE_API_KEY=… pulsefs mount ~/pulse
              pulsefs mount --api-key-file ~/.pulse/key --foreground ~/pulse

            Exit codes: 0 mounted (with --foreground: unmounted), 1 not mounted, 64 wrong usage.
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var keyCheck: KeyCheckOptions
    @OptionGroup var cache: CacheOptions
    @OptionGroup var waiting: WaitOptions
    @OptionGroup var crawlers: CrawlerOptions
    @OptionGroup var requests: RequestOptions
    @OptionGroup var access: AccessOptions

    @Flag(help: "Stay in the foreground, and unmount on ^C.")
    var foreground = false

    @Flag(help: .hidden)
    var detached = false

    @Argument(help: "An empty directory.", completion: .directory)
    var directory: String

    func run() async throws {
        do {
            let environment = ProcessInfo.processInfo.environment
            let settings = try Settings(
                flags: requests.adding(
                    to: crawlers.adding(
                        to: waiting.adding(to: keyCheck.adding(to: cache.adding(to: connection.flags))))),
                environment: environment)
            guard foreground else {
                let words =
                    connection.words + keyCheck.words + cache.words + waiting.words + requests.words + crawlers.words
                    + access.words
                return try BackgroundMount(words: words, directory: directory).start()
            }
            // Whatever is made from here on is the user's alone.
            _ = Foundation.umask(0o077)
            let mountpoint = FilePath.absolute(directory)
            var configuration = MountConfiguration(
                mountpoint: mountpoint, origin: settings.origin, key: settings.key,
                cacheDirectory: settings.cacheDirectory, owner: access.uid ?? getuid(), group: access.gid ?? getgid())
            configuration.keySupply = settings.keySupply
            configuration.keyRules = settings.keyRules
            configuration.cacheLimits = settings.cacheLimits
            configuration.largeResults = settings.largeResults
            configuration.waitPatience = settings.waitPatience
            configuration.timeout = settings.timeout
            configuration.onExpiry = settings.onExpiry
            configuration.noFetch = settings.noFetch
            configuration.allowOther = access.allowOther
            configuration.umask = access.umask.value
            for warning in settings.warnings { Terminal.warn(warning) }
            if detached { setsid() }
            await ServedMount(mount: try Mount(configuration)).run {
                Terminal.say("mounted \(settings.origin) on \(mountpoint)")
                if detached { BackgroundMount.leaveTerminal() }
            }
        } catch let error as ExitCode {
            throw error
        } catch {
            throw Terminal.failure(error)
        }
    }
}

extension FilePath {
    /// As the working directory stands now, without `.`, `..` or a trailing slash.
    static func absolute(_ text: String) -> FilePath {
        let path = FilePath(text)
        let whole = path.isAbsolute ? path : FilePath(FileManager.default.currentDirectoryPath).pushing(path)
        // The mount table has no symbolic links in it.
        guard let real = whole.withPlatformString({ realpath($0, nil) }) else { return whole.lexicallyNormalized() }
        defer { free(real) }
        return FilePath(String(cString: real))
    }
}
