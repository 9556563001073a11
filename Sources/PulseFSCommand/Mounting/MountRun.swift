import ArgumentParser
import Foundation
import JobCache
import Logging
import MountHost
import PulseAPI
import PulseFS
import Settings
import System
import SystemPackage

/// One mount, from what the command line says of it to its end.
struct MountRun {
    let flags: SettingsFlags
    let log: LogChoice
    let directory: String
    /// A FIFO whose end is the end of the mount.
    var endWith: String?
    /// In a process of its own, which leaves the terminal when it is ready.
    var isDetached = false

    init(_ flags: SettingsFlags, _ log: LogChoice, _ directory: String) {
        (self.flags, self.log, self.directory) = (flags, log, directory)
    }

    /// From options as `SettingsFlags.words` and `LogChoice.words` write them; nil for any other.
    init?(words: some Sequence<String>, _ directory: String) {
        var log = LogChoice()
        let others = words.filter { !log.take($0) }
        guard let flags = SettingsFlags(words: others) else { return nil }
        self.init(flags, log, directory)
    }

    /// Mounts, in a process of its own. Returns when the mount is usable.
    /// - Parameter isChecked: the settings are known to be right.
    func start(isChecked: Bool = false) throws {
        do {
            let surroundings = Surroundings.process
            // What is wrong with them is said before anything is begun.
            if !isChecked { _ = try MountSettings(SettingsSources(flags, surroundings)) }
            try BackgroundMount(run: self).start(surroundings)
        } catch let error as ExitCode {
            throw error
        } catch {
            throw Terminal.failure(error)
        }
    }

    /// Mounts, and serves the mount until its end.
    func serve() async throws {
        do {
            var surroundings = Surroundings.process
            if isDetached { surroundings.variables = BackgroundMount.received(surroundings.variables) }
            try await serve(MountSettings(SettingsSources(flags, surroundings)), surroundings)
        } catch let error as ExitCode {
            throw error
        } catch {
            throw Terminal.failure(error)
        }
    }

    private func serve(_ settings: MountSettings, _ surroundings: Surroundings) async throws {
        Mount.prepare()
        let environment = surroundings.variables
        // Whatever is made from here on is the user's alone.
        _ = Foundation.umask(0o077)
        // Whoever reads the messages may be gone.
        signal(SIGPIPE, SIG_IGN)
        let mountpoint = FilePath.mountpoint(directory)
        let peer = try endWith.map { try PeerPipe(.absolute($0)) }
        let destination = try log.install(mountpoint: mountpoint, isDetached: isDetached, environment: environment)
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
        try claim.attach(mount)
        let line = "mounted \(configuration.origin) on \(mountpoint)"
        var served = ServedMount(mount: mount, notice: ServiceNotice(environment))
        served.peer = peer
        if isDetached {
            // It has left its terminal, and there is none that could hang up.
            served.signals = [SIGINT, SIGTERM]
            signal(SIGHUP, SIG_IGN)
        }
        if !destination.isWatched { note("mounted", configuration) }
        await served.run { words in
            if destination.isWatched { Terminal.warn(words) } else { MountLog.mount.notice("\(words)") }
        } ready: {
            guard isDetached else { return Terminal.announce(line) }
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
        switch await mount.confirmKey(within: min(Self.patience, settings.timeout)) {
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
        return whole.resolved ?? whole.lexicallyNormalized()
    }
}
