import ArgumentParser
import Foundation

/// What a command says: results to standard output, everything else to standard error, at once.
enum Terminal {
    static func say(_ line: String) { FileHandle.standardOutput.write(Data("\(line)\n".utf8)) }

    static func warn(_ line: String) { complain("warning: \(line)") }

    /// One line and exit code 1.
    static func failure(_ error: some Error) -> ExitCode {
        complain("\(error)")
        return ExitCode(1)
    }

    private static func complain(_ line: String) { FileHandle.standardError.write(Data("pulsefs: \(line)\n".utf8)) }
}
