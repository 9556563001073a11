import ArgumentParser
import MountHost
import PulseFS
import System
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
        var run = MountRun(options.flags, log.choice, directory)
        run.endWith = endWith
        run.isDetached = detached
        if foreground { try await run.serve() } else { try run.start() }
    }
}
