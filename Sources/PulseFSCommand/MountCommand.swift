import ArgumentParser
import Foundation
import Logging
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
              pulsefs mount --log-file ~/pulse.log --verbose ~/pulse
              sudo mount -t fuse.pulsefs -o api_key_file=/etc/pulse.key,allow_other pulse /srv/pulse

            A background mount logs to syslog, and so to the journal. A mount that a dead process has left on the directory is \
            taken away first. For mount(8) and /etc/fstab, link this program as /sbin/mount.fuse.pulsefs; every option \
            can be written there, without the leading dashes, and with _ for -.

            Exit codes: 0 mounted (with --foreground: unmounted), 1 not mounted, 64 wrong usage.
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var keyCheck: KeyCheckOptions
    @OptionGroup var cache: CacheOptions
    @OptionGroup var waiting: WaitOptions
    @OptionGroup var crawlers: CrawlerOptions
    @OptionGroup var requests: RequestOptions
    @OptionGroup var access: AccessOptions
    @OptionGroup var log: LogOptions

    @Flag(help: "Stay in the foreground, and unmount on ^C.")
    var foreground = false

    @Flag(help: .hidden)
    var detached = false

    @Argument(help: "An empty directory.", completion: .directory)
    var directory: String

    func run() async throws {
        do {
            var environment = ProcessInfo.processInfo.environment
            if foreground {
                Secrecy.forbidCores()
                Secrecy.forget(variable: BackgroundMount.keyVariable)
                if detached { environment = BackgroundMount.received(environment) }
            }
            let settings = try Settings(
                flags: requests.adding(
                    to: crawlers.adding(
                        to: waiting.adding(to: keyCheck.adding(to: cache.adding(to: connection.flags))))),
                environment: environment)
            if foreground {
                try await serve(settings, environment)
            } else {
                let words =
                    connection.words + keyCheck.words + cache.words + waiting.words + requests.words + crawlers.words
                    + access.words + log.words
                try BackgroundMount(words: words, directory: directory).start(environment)
            }
        } catch let error as ExitCode {
            throw error
        } catch {
            throw Terminal.failure(error)
        }
    }

    private func serve(_ settings: Settings, _ environment: [String: String]) async throws {
        // Whatever is made from here on is the user's alone.
        _ = Foundation.umask(0o077)
        // Whoever reads the messages may be gone.
        signal(SIGPIPE, SIG_IGN)
        let mountpoint = FilePath.mountpoint(directory)
        let destination = try log.install(mountpoint: mountpoint, isDetached: detached, environment: environment)
        for warning in settings.warnings { Terminal.warn(warning) }
        let claim = try await MountClaim.take(mountpoint, allowOther: access.allowOther)
        if let warning = claim.warning { Terminal.warn(warning) }
        let mount = try Mount(configuration(settings, mountpoint), on: claim)
        let line = "mounted \(settings.origin) on \(mountpoint)"
        var served = ServedMount(mount: mount, notice: ServiceNotice(environment))
        if detached {
            // It has left its terminal, and there is none that could hang up.
            served.signals = [SIGINT, SIGTERM]
            signal(SIGHUP, SIG_IGN)
        }
        if !destination.isWatched { note("mounted", mount, settings) }
        await served.run {
            guard detached else { return Terminal.say(line) }
            if !BackgroundMount.leaveTerminal(saying: line) { mount.end() }
        }
        if !destination.isWatched { note("unmounted", mount, settings) }
    }

    private func note(_ message: Logger.Message, _ mount: Mount, _ settings: Settings) {
        MountLog.mount.notice(
            message,
            metadata: [
                "directory": "\(mount.mountpoint)", "api": "\(settings.origin)", "cache": "\(settings.cacheDirectory)",
            ])
    }

    private func configuration(_ settings: Settings, _ mountpoint: FilePath) -> MountConfiguration {
        var configuration = MountConfiguration(
            mountpoint: mountpoint, origin: settings.origin, key: settings.key,
            cacheDirectory: settings.cacheDirectory, owner: access.uid ?? getuid(), group: access.gid ?? getgid())
        configuration.keySupply = settings.keySupply.absolute
        configuration.keyRules = settings.keyRules
        configuration.cacheLimits = settings.cacheLimits
        configuration.largeResults = settings.largeResults
        configuration.waitPatience = settings.waitPatience
        configuration.timeout = settings.timeout
        configuration.onExpiry = settings.onExpiry
        configuration.noFetch = settings.noFetch
        configuration.allowOther = access.allowOther
        configuration.umask = access.umask.value
        return configuration
    }
}

extension KeySupply {
    /// The same, wherever the working directory is later.
    fileprivate var absolute: KeySupply {
        if case .file(let path) = self, !path.isAbsolute { .file(.absolute(path.string)) } else { self }
    }
}

extension FilePath {
    /// Where a mount goes: the directory itself is looked at only if nothing is mounted there, which may not answer.
    static func mountpoint(_ text: String) -> FilePath {
        let path = absoluteWithoutLooking(text)
        return MountedDirectory.isMount(path) ? path : .absolute(text)
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
