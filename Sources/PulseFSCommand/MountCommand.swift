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
              pulsefs mount --profile work ~/work

            What the options do not say is taken from the environment, then from the files of settings; pulsefs config shows \
            what comes from where.

            Exit codes: 0 mounted (with --foreground: unmounted), 1 not mounted, 64 wrong usage.
            """)

    @OptionGroup var options: MountOptions

    @Flag(help: "Stay in the foreground, and unmount on ^C.")
    var foreground = false

    @Flag(help: .hidden)
    var detached = false

    @Argument(help: "An empty directory.", completion: .directory)
    var directory: String

    func run() async throws {
        do {
            let settings = try MountSettings(SettingsSources(options.flags, .process))
            guard foreground else {
                let words = options.flags.words(in: FilePath(FileManager.default.currentDirectoryPath))
                return try BackgroundMount(words: words, directory: directory).start()
            }
            // Whatever is made from here on is the user's alone.
            _ = Foundation.umask(0o077)
            let mountpoint = FilePath.absolute(directory)
            let configuration = MountConfiguration(
                mountpoint: mountpoint, settings, user: getuid(), userGroup: getgid())
            for warning in settings.settings.warnings { Terminal.warn(warning) }
            if detached { setsid() }
            await ServedMount(mount: try Mount(configuration)).run {
                Terminal.say("mounted \(configuration.origin) on \(mountpoint)")
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
