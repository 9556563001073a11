import ArgumentParser
import Foundation
import Logging
import PulseFS
import SystemPackage

/// Where the log of a mount goes, and how much is in it.
struct LogOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "File to append the log to; created again if it is renamed or removed (default: the system's log; with --foreground, standard error).",
            valueName: "file"),
        completion: .file())
    var logFile: String?

    @Flag(help: "Log more, to find out why something fails.")
    var verbose = false

    @Flag(help: "Log only errors.")
    var quiet = false

    func validate() throws {
        if verbose, quiet { throw ValidationError("--verbose and --quiet cannot be used together") }
    }

    /// The same options as words of a command line.
    var words: [String] {
        (logFile.map { ["--log-file=\($0)"] } ?? []) + (verbose ? ["--verbose"] : []) + (quiet ? ["--quiet"] : [])
    }

    /// From here on everything is logged there. Returns where that is.
    func install(
        mountpoint: FilePath, isDetached: Bool, environment: [String: String]
    ) throws(MountFailure) -> LogDestination {
        let destination: LogDestination
        if let logFile {
            let path = FilePath.absolute(logFile)
            // A mount that is there already may not answer, and is dealt with later.
            let isInside =
                path.starts(with: mountpoint) || MountedPath(path) != nil
                || !MountedDirectory.isMount(mountpoint)
                    && DirectoryLineage(path).isWithin(DirectoryLineage(mountpoint))
            guard !isInside else {
                throw MountFailure(
                    "the log \(path) would be in the mount, which is read-only: name another --log-file")
            }
            destination = .file(try LogFile(path))
        } else {
            destination = isDetached ? .system : .standardError(in: environment)
        }
        MountLogHandler.install(destination, level: verbose ? .debug : quiet ? .error : nil)
        return destination
    }
}
