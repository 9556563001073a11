package import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A program that says a line or two and ends. It looks at what might hang: then it hangs in our place.
package enum BriefProgram {
    package struct Outcome: Sendable, Hashable {
        /// At most `longestOutput` bytes.
        package let output: String
        /// As waitpid(2) has it.
        let status: Int32

        package init(output: String, status: Int32) { (self.output, self.status) = (output, status) }

        package var isSuccess: Bool { status == 0 }
        /// How it ended, in words: `exit 1`, `signal 9`.
        package var end: String { status & 0x7f == 0 ? "exit \((status >> 8) & 0xff)" : "signal \(status & 0x7f)" }
    }

    package enum Trouble: Error, Hashable {
        case notStarted(Errno)
        /// It was killed, and not waited for.
        case tookTooLong
    }

    /// Looks for the program in PATH, as a shell does. Throws when it cannot be started, or has not ended within `seconds`.
    /// Blocks the calling thread.
    package static func run(_ words: [String], within seconds: Int) throws(Trouble) -> Outcome {
        guard let name = words.first else { throw .notStarted(.invalidArgument) }
        let reading: FileDescriptor
        let writing: FileDescriptor
        do { (reading, writing) = try FileDescriptor.pipe() } catch { throw .notStarted(error as? Errno ?? .ioError) }
        defer { try? reading.close() }
        for end in [reading, writing] { _ = fcntl(end.rawValue, F_SETFD, FD_CLOEXEC) }
        let started = start(name, words, output: writing.rawValue)
        try? writing.close()
        let child: pid_t
        do throws(Errno) { child = try started.get() } catch { throw .notStarted(error) }
        let end = ContinuousClock.now + .seconds(seconds)
        let output = read(reading, until: end)
        var status: Int32 = 0
        // Its output has ended, so it is ending; unless it is stuck, or has left its output to others.
        while waitpid(child, &status, WNOHANG) == 0 {
            guard output != nil, ContinuousClock.now < end else {
                kill(child, SIGKILL)
                waitpid(child, &status, WNOHANG)
                throw .tookTooLong
            }
            usleep(2000)
        }
        guard let output else { throw .tookTooLong }
        return Outcome(output: output, status: status)
    }

    private static func start(_ name: String, _ words: [String], output: Int32) -> Result<pid_t, Errno> {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        var pointers: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        var child = pid_t()
        let failed = posix_spawnp(&child, name, &actions, nil, &pointers, environ)
        return failed == 0 ? .success(child) : .failure(Errno(rawValue: failed))
    }

    private static let longestOutput = 16_384

    /// Nil when it has not ended by then.
    private static func read(_ file: FileDescriptor, until end: ContinuousClock.Instant) -> String? {
        var text: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: longestOutput)
        while text.count < longestOutput {
            let left = ContinuousClock.now.duration(to: end) / Duration.milliseconds(1)
            var waiting = pollfd(fd: file.rawValue, events: Int16(POLLIN), revents: 0)
            guard left > 0, poll(&waiting, 1, Int32(left.rounded(.up))) > 0,
                let count = try? piece.withUnsafeMutableBytes({ try file.read(into: $0) })
            else { return nil }
            if count == 0 { break }
            text += piece[..<count]
        }
        return String(decoding: text, as: UTF8.self)
    }
}
