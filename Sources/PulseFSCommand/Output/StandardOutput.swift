import Foundation
import PulseFS
import Synchronization
import SystemPackage

/// Standard output, which may be closed, or full, or have a reader who has left.
///
/// What cannot be written is an end of the command: the first failure is kept, nothing is written after it, and whoever
/// runs the command is told, so as to end it.
enum StandardOutput {
    private struct State {
        var failure: Errno?
        var whenLost: (@Sendable () -> Void)?
    }

    private static let state = Mutex(State())
    /// Held while a text is written, so that texts do not mix.
    private static let turn = Mutex(())
    /// Whoever has started this process wants it to end when its reader leaves, as is usual.
    private static let endsWithReader = Mutex(false)

    /// The exit code of a command that could not write what it had to say: EX_IOERR of sysexits(3).
    static let exitCode: Int32 = 74

    /// Why nothing more can be written.
    static var failure: Errno? { state.withLock(\.failure) }

    /// Turns the signals by which the kernel tells of output that cannot be written into errors of write(2). A program that
    /// is started from here has them as they are usual.
    static func catchSignals() {
        // A handler that does nothing: to ignore a signal is passed on to other programs, to handle one is not.
        let ignored = unsafeBitCast(SIG_IGN, to: Int.self)
        let before = signal(SIGPIPE) { _ in }
        if unsafeBitCast(before, to: Int.self) == ignored { signal(SIGPIPE, SIG_IGN) }
        endsWithReader.withLock { $0 = unsafeBitCast(before, to: Int.self) != ignored }
        signal(SIGXFSZ) { _ in }
    }

    /// Calls `body` once when nothing more can be written.
    static func whenLost(_ body: @escaping @Sendable () -> Void) {
        let isLost = state.withLock { state in
            state.whenLost = body
            return state.failure != nil
        }
        if isLost { body() }
    }

    /// Waits for a reader who is slow.
    static func write(_ text: String) {
        guard failure == nil else { return }
        do throws(Errno) { try attempt(text) } catch { lose(error) }
    }

    /// The same, where it matters to nobody else whether it can be written.
    static func attempt(_ text: String) throws(Errno) {
        try turn.withLock { _ throws(Errno) in try FileDescriptor.standardOutput.writeWhole(text.utf8) }
    }

    /// Writes the content of a file. False when that cannot be read, or nothing can be written.
    static func copy(_ path: String) -> Bool {
        do {
            let file = try FileDescriptor.open(FilePath(path), .readOnly, options: .closeOnExec)
            var chunk = [UInt8](repeating: 0, count: 65_536)
            while case let count = try chunk.withUnsafeMutableBytes({ try file.read(into: $0) }), count > 0 {
                try FileDescriptor.standardOutput.writeWhole(chunk[..<count])
            }
            return true
        } catch { return false }
    }

    /// Some file systems tell only at a close that what was written has not found room (close(2)).
    private static func flush() {
        guard failure == nil, let copy = try? FileDescriptor.standardOutput.duplicate() else { return }
        do { try copy.close() } catch { lose(error as? Errno ?? .ioError) }
    }

    private static func lose(_ error: Errno) {
        let whenLost = state.withLock { state in
            guard state.failure == nil else { return nil as (@Sendable () -> Void)? }
            state.failure = error
            return state.whenLost
        }
        whenLost?()
    }

    /// Ends the process if something could not be written: as SIGPIPE would have if the reader has left, else with one line
    /// and `exitCode`.
    static func endIfLost() {
        flush()
        guard let failure else { return }
        if failure == .brokenPipe, endsWithReader.withLock({ $0 }) { endBySignal() }
        let reason =
            failure == .badFileDescriptor
            ? "it is closed: leave it open, or redirect it to a file or to /dev/null"
            : "\(failure): the output is not complete"
        StandardError.write("pulsefs: cannot write to standard output: \(reason)\n")
        exit(exitCode)
    }

    private static func endBySignal() {
        signal(SIGPIPE, SIG_DFL)
        var pipe = sigset_t()
        sigemptyset(&pipe)
        sigaddset(&pipe, SIGPIPE)
        pthread_sigmask(SIG_UNBLOCK, &pipe, nil)
        raise(SIGPIPE)
    }
}

/// Standard error. What cannot be written to it is lost: there is nobody to be told.
enum StandardError {
    private static let turn = Mutex(())

    static func write(_ text: String) {
        turn.withLock { _ in _ = try? FileDescriptor.standardError.writeWhole(text.utf8) }
    }
}

extension FileDescriptor {
    /// Writes all of it, and waits where that would block, also when the descriptor does not.
    fileprivate func writeWhole(_ bytes: some Collection<UInt8>) throws(Errno) {
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            do {
                let count = try rest.withUnsafeBytes { try write($0) }
                guard count > 0 else { throw Errno.ioError }
                rest = rest.dropFirst(count)
            } catch {
                guard let error = error as? Errno, error == .wouldBlock else { throw error as? Errno ?? .ioError }
                var wait = pollfd(fd: rawValue, events: Int16(POLLOUT), revents: 0)
                _ = poll(&wait, 1, -1)
            }
        }
    }
}
