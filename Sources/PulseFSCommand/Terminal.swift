import ArgumentParser
import Foundation
import PulseAPI

/// What a command says: results to standard output, everything else to standard error, at once.
enum Terminal {
    /// Someone looks at the results, rather than a program.
    static var isWatched: Bool { isatty(STDOUT_FILENO) != 0 }

    /// A result. Where it cannot be written, the command is ended (`StandardOutput`).
    static func say(_ line: String) { StandardOutput.write("\(line)\n") }

    /// What whoever mounts may like to know: a mount does not end because it cannot be said.
    static func announce(_ line: String) {
        do { try StandardOutput.attempt("\(line)\n") } catch {
            warn("cannot write to standard output (\(error)); the mount goes on")
        }
    }

    static func warn(_ line: String) { StandardError.write("pulsefs: warning: \(seen(line))\n") }

    /// Once results cannot be written, that is said alone: what fails after it fails because the command is ending.
    static func complain(_ line: String) {
        if StandardOutput.failure == nil { StandardError.write("pulsefs: \(seen(line))\n") }
    }

    /// Whatever names and words are in it, it is what is seen.
    private static func seen(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { PrintableText.line(String($0)) }
            .joined(separator: "\n")
    }

    /// One line, or one for each problem of the settings, and an exit code.
    static func failure(_ error: some Error, code: Int32 = 1) -> ExitCode { failure("\(error)", code: code) }

    /// Of several lines, each is said by itself.
    static func failure(_ lines: String, code: Int32) -> ExitCode {
        for line in lines.split(separator: "\n") { complain(String(line)) }
        return ExitCode(code)
    }
}
