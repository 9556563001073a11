import ArgumentParser
import Foundation
import Logging
import PulseFS
import SystemPackage

/// Where the log of a mount goes, and how much is in it.
struct LogOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A file to add the log to, and to begin anew when it is renamed or removed (default: the system's log; with --foreground, standard error).",
            valueName: "file"),
        completion: .file())
    var logFile: String?

    @Flag(help: "Log everything that may help to find out why something fails.")
    var verbose = false

    @Flag(help: "Log errors alone.")
    var quiet = false

    func validate() throws {
        if verbose, quiet { throw ValidationError("--verbose and --quiet exclude each other") }
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
                    "the log \(path) would be in the mount, where nothing is written: name another --log-file")
            }
            destination = .file(try LogFile(path))
        } else {
            destination = isDetached ? .system : .standardError(in: environment)
        }
        MountLogHandler.install(destination, level: verbose ? .debug : quiet ? .error : nil)
        return destination
    }
}
