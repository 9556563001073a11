import ArgumentParser
import Foundation
import Logging
import PulseAPI
import PulseFS
import SystemPackage

struct MountCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mount",
        abstract: "Mount the results on a directory.",
        discussion: """
            Returns when the mount is usable. The mount runs in the background until it is unmounted. With --foreground, \
            prints one line when the mount is usable, and stays until ^C.

              PULSE_API_KEY=… pulsefs mount ~/pulse
              pulsefs mount --api-key-file ~/.pulse/key --foreground ~/pulse
              pulsefs mount --profile work ~/work
              pulsefs mount --log-file ~/pulse.log --verbose ~/pulse
              sudo mount -t fuse.pulsefs -o api_key_file=/etc/pulse.key,allow_other pulse /srv/pulse

            Settings without an option come from the environment, then from the settings files; pulsefs config shows where \
            each comes from.

            In a container: --foreground stays the first process, --end-with ends the mount with another container, and \
            /dev/fd/N serves a mount without the right to mount. docs/containers.md has examples.

            A background mount logs to syslog, and so to the journal. A mount that a dead process has left on the directory is \
            removed first. For mount(8) and /etc/fstab, link this program as /sbin/mount.fuse.pulsefs; every option can be \
            used there, without the leading dashes, and with _ for -.

            Exit codes: 0 mounted (with --foreground: unmounted), 1 not mounted, 64 wrong usage.
            """)

    @OptionGroup var options: MountOptions
    @OptionGroup var log: LogOptions

    @Flag(help: "Stay in the foreground, and unmount on ^C.")
    var foreground = false

    @Option(
        help: ArgumentHelp(
            "End when the last writer closes this FIFO, which is created if missing; needs --foreground.",
            valueName: "fifo"),
        completion: .file())
    var endWith: String?

    @Flag(help: .hidden)
    var detached = false

    @Argument(
        help: "An empty directory, or /dev/fd/N: an open descriptor of /dev/fuse that is already mounted.",
        completion: .directory)
    var directory: String

    func validate() throws {
        if endWith != nil, !foreground {
            throw ValidationError("--end-with needs a mount in the foreground: add --foreground")
        }
        if MountClaim.isHandedOver(FilePath(directory)), !foreground {
            throw ValidationError("a mount by a descriptor must stay in the foreground: add --foreground")
        }
    }

    func run() async throws {
        do {
            var surroundings = Surroundings.process
            if detached { surroundings.variables = BackgroundMount.received(surroundings.variables) }
            let settings = try MountSettings(SettingsSources(options.flags, surroundings))
            if foreground {
                try await serve(settings, surroundings)
            } else {
                let words = options.flags.words(in: surroundings.workingDirectory) + log.words
                try BackgroundMount(words: words, directory: directory).start(surroundings.variables)
            }
        } catch let error as ExitCode {
            throw error
        } catch {
            throw Terminal.failure(error)
        }
    }

    private func serve(_ settings: MountSettings, _ surroundings: Surroundings) async throws {
        let environment = surroundings.variables
        // Whatever is made from here on is the user's alone.
        _ = Foundation.umask(0o077)
        // Whoever reads the messages may be gone.
        signal(SIGPIPE, SIG_IGN)
        let mountpoint = FilePath.mountpoint(directory)
        let peer = try endWith.map { try PeerPipe(.absolute($0)) }
        let destination = try log.install(mountpoint: mountpoint, isDetached: detached, environment: environment)
        for warning in settings.settings.warnings { Terminal.warn(warning) }
        let configuration = MountConfiguration(mountpoint: mountpoint, settings, user: getuid(), userGroup: getgid())
        let claim = try await MountClaim.take(
            mountpoint, cache: configuration.cacheDirectory, allowOther: settings.allowOther)
        if let warning = claim.warning { Terminal.warn(warning) }
        for file in configuration.hiddenFiles {
            Terminal.warn("\(file) is in \(mountpoint), and cannot be read again while the mount covers it: move it")
        }
        let fleet = try await FleetStore.opened(settings.settings.store, surroundings)
        let mount = try Mount(configuration, sharing: fleet)
        try await confirmKey(of: mount, configuration, settings.settings)
        try mount.attach(claim)
        let line = "mounted \(configuration.origin) on \(mountpoint)"
        var served = ServedMount(mount: mount, notice: ServiceNotice(environment))
        served.peer = peer
        if detached {
            // It has left its terminal, and there is none that could hang up.
            served.signals = [SIGINT, SIGTERM]
            signal(SIGHUP, SIG_IGN)
        }
        if !destination.isWatched { note("mounted", configuration) }
        await served.run { words in
            if destination.isWatched { Terminal.warn(words) } else { MountLog.mount.notice("\(words)") }
        } ready: {
            guard detached else { return Terminal.announce(line) }
            if !BackgroundMount.leaveTerminal(saying: line) { mount.end() }
        }
        if !destination.isWatched { note("unmounted", configuration) }
    }

    /// The API has so long to say what it thinks of the key, and less where requests have less.
    private static let patience = Duration.seconds(3)

    /// A key that is refused would show nothing; an API that cannot be asked leaves what is cached.
    private func confirmKey(
        of mount: Mount, _ configuration: MountConfiguration, _ settings: Settings
    ) async throws(MountFailure) {
        switch await mount.confirmKey(within: min(Self.patience, configuration.timeout)) {
        case .good: break
        case .refused(let words):
            await mount.close()
            throw MountFailure(KeyRefusal.words(words, settings))
        case .unknown(let words):
            Terminal.warn("the API cannot be reached yet (\(words)); cached files can be read")
        }
    }

    private func note(_ message: Logger.Message, _ configuration: MountConfiguration) {
        MountLog.mount.notice(
            message,
            metadata: [
                "directory": "\(configuration.mountpoint)", "api": "\(configuration.origin)",
                "cache": "\(configuration.cacheDirectory)",
            ])
    }
}

extension FilePath {
    /// Where a mount goes: the directory itself is looked at only if nothing is mounted there, which may not answer.
    static func mountpoint(_ text: String) -> FilePath {
        // What it stands for is the device.
        if MountClaim.isHandedOver(FilePath(text)) { return FilePath(text) }
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
