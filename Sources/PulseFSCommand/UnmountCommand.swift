import ArgumentParser
import Foundation
import MountHost
import PulseAPI
import PulseFS
import Settings
import SystemPackage

struct UnmountCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unmount",
        abstract: "Unmount.",
        discussion: """
            Returns when the process of the mount has ended and no longer uses the cache. Running downloads have half a second \
            to finish, uploads to a shared store 5 seconds; a result that can be fetched only once has as long as it needs. If \
            the mount is in use, it is not unmounted, and its users are shown. --lazy removes the mount from the tree at once \
            and ends it with its last user, without waiting. A mount whose process is gone or does not answer is always \
            removed from the tree.

              pulsefs unmount ~/pulse
              pulsefs unmount --lazy ~/pulse
              pulsefs unmount --all
              sudo pulsefs unmount --all --dry-run

            As root, --all includes other users' mounts: they are listed, and confirmed on a terminal; without a terminal, \
            --yes is needed.

            Exit codes: 0 unmounted, 1 not unmounted, or the process has not ended in time (--timeout), 64 wrong usage.
            """)

    @Flag(help: "Unmount even if the mount is in use.")
    var lazy = false

    @Flag(help: "Unmount all your PulseFS mounts; as root, those of all users.")
    var all = false

    @Flag(help: "Do not ask before unmounting other users' mounts.")
    var yes = false

    @Flag(help: "Show which mounts would be ended, one per line: the directory and its user; end none.")
    var dryRun = false

    @Option(
        help: ArgumentHelp(
            "How long to wait for the process of the mount to end.", discussion: "Seconds, or a number with s, m or h.",
            valueName: "time"))
    var timeout: TimeSpan = Self.patience

    @Argument(help: "Mount points.", completion: .directory)
    var directories: [String] = []

    private static let patience = TimeSpan(seconds: 15)

    func validate() throws {
        if directories.isEmpty != all { throw ValidationError("Name the directories of mounts, or use --all.") }
    }

    /// What is to be ended. With `--dry-run` that is said.
    private func chosen() throws -> [FilePath] {
        guard all else {
            let paths = directories.map { FilePath.absoluteWithoutLooking($0) }
            if dryRun { for path in paths { Self.say(try Self.found(path)) } }
            return paths
        }
        let mounts = MountedDirectory.all()
        if dryRun { for mount in mounts { Self.say(mount) } } else { try confirm(mounts) }
        return mounts.map(\.path)
    }

    private static func found(_ path: FilePath) throws -> MountedDirectory {
        do throws(MountFailure) { return try MountedDirectory(path) } catch { throw Terminal.failure(error) }
    }

    private static func say(_ mount: MountedDirectory) {
        Table.say([mount.path.string, mount.otherOwner.map { user(of: $0) } ?? "you"], firstWidth: 0)
    }

    /// Nobody ends what other users have mounted without having been told.
    private func confirm(_ mounts: [MountedDirectory]) throws {
        let others = mounts.compactMap { mount in mount.otherOwner.map { (mount.path, $0) } }
        guard !yes, !others.isEmpty else { return }
        for (path, owner) in others {
            Terminal.complain("\(PrintableText.line(path.string)) was mounted by \(Self.user(of: owner))")
        }
        guard isatty(STDIN_FILENO) != 0 else {
            throw Terminal.failure("mounts of other users would end too: name directories, or add --yes", code: 64)
        }
        StandardError.write("End all \(mounts.count) mounts? [y/N] ")
        let answer = readLine() ?? ""
        guard answer == "y" || answer == "yes" else { throw Terminal.failure("nothing was unmounted", code: 1) }
    }

    private static func user(of number: UInt32) -> String {
        guard let entry = getpwuid(number), let name = entry.pointee.pw_name else { return "user \(number)" }
        return PrintableText.line(String(cString: name))
    }

    func run() async throws {
        var isComplete = true
        let named = try chosen()
        if dryRun { return }
        // This process itself may have been started in the mount.
        _ = FileManager.default.changeCurrentDirectoryPath("/")
        for path in named {
            do throws(MountFailure) {
                let ending = try await MountedDirectory(path).unmount(lazily: lazy, patience: timeout.duration) {
                    Terminal.complain(
                        "\(path) is unmounted; process \($0) finishes its downloads; a result that can be fetched only "
                            + "once is finished however long it takes")
                }
                if case .ending(let process) = ending {
                    throw MountFailure(
                        "\(path) is unmounted, but its process \(process) has not ended: wait for it, or kill it")
                }
                if ending == .unknown {
                    Terminal.warn("\(path) did not answer: it is unmounted, but its process may still run")
                }
            } catch {
                isComplete = false
                Terminal.complain("\(error)")
            }
        }
        if !isComplete { throw ExitCode(1) }
    }
}

extension FilePath {
    /// Absolute by its parent: looking at the mount point itself could wait for a daemon that does not answer.
    static func absoluteWithoutLooking(_ text: String) -> FilePath {
        let path = FilePath(text)
        guard let name = path.lastComponent, name.kind == .regular else { return .absolute(text) }
        let parent = path.removingLastComponent()
        return FilePath.absolute(parent.isEmpty ? "." : parent.string).appending(name)
    }
}
