import ArgumentParser
import Foundation
import MountHost
import PulseAPI
import PulseFS
import Settings
import System
import SystemPackage

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Mount sample documents from a built-in emulator of the API; needs no key and no network.",
        discussion: """
            Starts the pulse-emulator that is installed beside this program, mounts it, and prints a tour to paste into \
            another terminal. ^C ends everything and leaves nothing behind.
            """)

    @Argument(help: "An empty directory (default: a new one, removed at the end).", completion: .directory)
    var directory: String?

    func run() async throws {
        do {
            _ = Foundation.umask(0o077)
            let scratch = try ScratchDirectory(named: "pulsefs-demo")
            defer { scratch.remove() }
            let emulator = try EmulatorProcess.start()
            defer { emulator.stop() }
            let mountpoint = try directory.map { FilePath.absolute($0) } ?? scratch.make("mnt")
            // Whoever tries this has no settings yet, or means them for another API.
            let flags = SettingsFlags([
                .apiURL: emulator.address, .cacheDirectory: scratch.path.appending("cache").string,
            ])
            let settings = try MountSettings(SettingsSources(flags, Surroundings(["PULSE_API_KEY": DemoTour.key])))
            let configuration = MountConfiguration(
                mountpoint: mountpoint, settings, user: ThisProcess.user, userGroup: ThisProcess.group)
            let claim = try await MountClaim.take(mountpoint, cache: configuration.cacheDirectory)
            let mount = try Mount(configuration)
            await mount.learn(DemoTour.samples.compactMap { JobID($0) })
            try claim.attach(mount)
            await ServedMount(mount: mount).run(say: { Terminal.warn($0) }) {
                Terminal.announce(DemoTour.text(mountpoint: mountpoint.string))
            }
            Terminal.announce("\nunmounted; nothing is left behind")
        } catch {
            throw Terminal.failure(error)
        }
    }
}

/// A directory for the length of a command.
private struct ScratchDirectory {
    let path: FilePath

    init(named name: String) throws {
        let base = FileManager.default.temporaryDirectory.appending(path: "\(name)-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: base, withIntermediateDirectories: false)
        path = FilePath(base.path)
    }

    func make(_ name: String) throws -> FilePath {
        let directory = path.appending(name)
        try FileManager.default.createDirectory(atPath: directory.string, withIntermediateDirectories: false)
        return directory
    }

    func remove() {
        // The index of the cache removes files of its own when its last user lets go, which may be meanwhile; what is gone
        // already ends a removal.
        for _ in 0..<100 where FileManager.default.fileExists(atPath: path.string) {
            try? FileManager.default.removeItem(atPath: path.string)
        }
    }
}
