import ArgumentParser
import Foundation
import PulseFS
import SystemPackage

struct UnmountCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unmount",
        abstract: "End mounts.",
        discussion: """
            Returns when the process of the mount has ended, so that nothing uses the cache any more; downloads under way \
            have 5 seconds to come to an end, a result that can be fetched only once has as long as it takes. A mount in use is refused, and who uses it is said; --lazy takes it out of the \
            tree now and ends it with its last user, without waiting for them. A mount whose process is gone, or does not \
            answer, is always taken out of the tree.

              pulsefs unmount ~/pulse
              pulsefs unmount --lazy ~/pulse
              pulsefs unmount --all

            Exit codes: 0 unmounted, 1 not, or its process has not ended in time (--timeout), 64 wrong usage.
            """)

    @Flag(help: "Also when something is using the mount.")
    var lazy = false

    @Flag(help: "All mounts of PulseFS that are yours; as root, of everyone.")
    var all = false

    @Option(
        help: ArgumentHelp(
            "How long to wait for the process of the mount to end.", discussion: "Seconds, or a number with s, m or h.",
            valueName: "time"))
    var timeout: TimeSpan = Self.patience

    @Argument(help: "Where it is mounted.", completion: .directory)
    var directories: [String] = []

    private static let patience = TimeSpan(seconds: 15)

    func validate() throws {
        if directories.isEmpty != all { throw ValidationError("Name the directories of mounts, or use --all.") }
    }

    func run() async throws {
        var isComplete = true
        let named = all ? MountedDirectory.all().map(\.path) : directories.map { .absoluteWithoutLooking($0) }
        // This process itself may have been started in the mount.
        _ = FileManager.default.changeCurrentDirectoryPath("/")
        for path in named {
            do throws(MountFailure) {
                let ending = try await MountedDirectory(path).unmount(lazily: lazy, patience: timeout.duration) {
                    Terminal.complain(
                        "\(path) is unmounted; process \($0) finishes what it is fetching, and a result that can be fetched "
                            + "only once however long that takes")
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
