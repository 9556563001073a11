import ArgumentParser
import PulseFS
import SystemPackage

struct UnmountCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unmount",
        abstract: "End a mount.",
        discussion: """
            A mount in use is refused; --lazy takes it out of the tree now and ends it with its last user.

            Exit codes: 0 unmounted, 1 not, 64 wrong usage.
            """)

    @Flag(help: "Also when something is using the mount.")
    var lazy = false

    @Argument(help: "Where it is mounted.", completion: .directory)
    var directory: String

    func run() throws {
        do {
            try MountedDirectory(FilePath.absoluteWithoutLooking(directory)).unmount(lazily: lazy)
        } catch {
            throw Terminal.failure(error)
        }
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
