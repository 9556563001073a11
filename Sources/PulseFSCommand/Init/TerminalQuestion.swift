import Dispatch
import Foundation
import Synchronization

/// Asks whoever sits at the terminal. Questions go to standard error, answers come from standard input.
enum TerminalQuestion {
    /// Whether there is someone to ask.
    static var isPossible: Bool { isatty(STDIN_FILENO) != 0 && isatty(STDERR_FILENO) != 0 }

    /// A line, without its end; nil when there is none, as the terminal was closed or ^D typed.
    static func line(_ question: String) async -> String? {
        StandardError.write(question)
        return await onThread { readLine() }
    }

    static func isYes(_ question: String) async -> Bool {
        let answer = await line("\(question) [y/N] ")?.lowercased()
        return answer == "y" || answer == "yes"
    }

    /// A line that the terminal does not show while it is typed. A signal that ends the program leaves the terminal as it was.
    static func hiddenLine(_ question: String) async -> String? {
        let echo = Echo()
        let sources = await SignalSources.listening(to: [SIGINT, SIGTERM, SIGHUP, SIGQUIT]) { number in
            echo.restore()
            StandardError.write("\n")
            endBySignal(number)
        }
        echo.hide()
        StandardError.write(question)
        let answer = await onThread { readLine() }
        echo.restore()
        sources.cancel()
        return answer
    }

    /// As if nobody had caught it. Threads of a queue block signals.
    private static func endBySignal(_ number: Int32) {
        signal(number, SIG_DFL)
        var only = sigset_t()
        sigemptyset(&only)
        sigaddset(&only, number)
        pthread_sigmask(SIG_UNBLOCK, &only, nil)
        raise(number)
    }

    private static func onThread(_ body: @escaping @Sendable () -> String?) async -> String? {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: body()) }
        }
    }

    /// Whether the terminal shows what is typed (termios(3)).
    private final class Echo: Sendable {
        private let before = Mutex<termios?>(nil)

        /// What was typed before the question is dropped: it is no answer.
        func hide() {
            before.withLock { before in
                var attributes = termios()
                guard tcgetattr(STDIN_FILENO, &attributes) == 0 else { return }
                before = attributes
                attributes.c_lflag &= ~tcflag_t(ECHO)
                attributes.c_lflag |= tcflag_t(ECHONL)
                tcsetattr(STDIN_FILENO, TCSAFLUSH, &attributes)
            }
        }

        func restore() {
            before.withLock { before in
                guard var attributes = before else { return }
                before = nil
                tcsetattr(STDIN_FILENO, TCSANOW, &attributes)
            }
        }
    }
}
