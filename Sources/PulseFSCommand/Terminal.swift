import ArgumentParser
import Foundation

/// What a command says: results to standard output, everything else to standard error, at once.
enum Terminal {
    /// Someone looks at the results, rather than a program.
    static var isWatched: Bool { isatty(STDOUT_FILENO) != 0 }

    static func say(_ line: String) { FileHandle.standardOutput.write(Data("\(line)\n".utf8)) }

    static func warn(_ line: String) { complain("warning: \(line)") }

    static func complain(_ line: String) { FileHandle.standardError.write(Data("pulsefs: \(line)\n".utf8)) }

    /// One line, or one for each problem of the settings, and an exit code.
    static func failure(_ error: some Error, code: Int32 = 1) -> ExitCode { failure("\(error)", code: code) }

    /// Of several lines, each is said by itself.
    static func failure(_ lines: String, code: Int32) -> ExitCode {
        for line in lines.split(separator: "\n") { complain(String(line)) }
        return ExitCode(code)
    }
}
