import ArgumentParser
import Logging

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

    var choice: LogChoice { LogChoice(file: logFile, level: verbose ? .debug : quiet ? .error : nil) }
}
