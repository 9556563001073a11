import ArgumentParser
import Foundation
import MountHost

/// This program as the first process of a container (pid_namespaces(7)): the one that signals by default do nothing to, and that
/// is given the children of processes that have ended.
///
/// The work is done by the same program in a process of its own. This one hands signals on to it, takes leave of every child
/// that ends, and ends as it does.
enum InitialProcess {
    static let identifier: pid_t = 1

    /// Those that someone sends to a container, and that the work may want to know of.
    private static let handedOn = [SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGCONT, SIGWINCH]

    /// To be called before there are other threads.
    static func run() -> Never {
        if let mistake { stop(mistake, code: 64) }
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in handedOn + [SIGCHLD] { sigaddset(&signals, number) }
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        guard let child = start() else { stop("cannot start a process", code: 71) }
        Secrecy.begin()
        while true {
            var information = siginfo_t()
            let number = sigwaitinfo(&signals, &information)
            if number == SIGCHLD {
                if let code = reap(child) { Foundation.exit(code) }
            } else if number > 0, information.si_code <= 0 {
                // What the terminal sends comes to the child by itself: it is of the same group.
                kill(child, number)
            }
        }
    }

    /// A mount in the background would end with the container, which ends with this process.
    private static var mistake: String? {
        let words = CommandLine.arguments.dropFirst()
        guard words.first == MountCommand.configuration.commandName, !words.contains("--foreground"),
            !words.contains("--help"), !words.contains("-h")
        else { return nil }
        return "this is the first process of a container, which would end the container: add --foreground"
    }

    private static func stop(_ words: String, code: Int32) -> Never {
        Terminal.complain(words)
        Foundation.exit(code)
    }

    /// Takes leave of all that have ended. The exit code, once the child is one of them.
    private static func reap(_ child: pid_t) -> Int32? {
        var code: Int32?
        var status: Int32 = 0
        while case let ended = waitpid(-1, &status, WNOHANG), ended > 0 {
            guard ended == child else { continue }
            code = status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
        }
        return code
    }

    /// With the environment as it is, and no signal blocked or ignored.
    private static func start() -> pid_t? {
        var words = CommandLine.arguments.map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var child = pid_t()
        let failed = FreshSignals.withAttributes {
            posix_spawn(&child, OwnProgram.path, nil, $0, &words, environ)
        }
        return failed == 0 ? child : nil
    }
}
