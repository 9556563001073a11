import Foundation
import SystemPackage

/// This program once more, in a session of its own: the end of the terminal does not reach it (setsid(2)).
struct DetachedProcess {
    private let identifier: pid_t
    private let output: FileDescriptor

    /// Starts it with no signal blocked or ignored. `input` is what it reads from standard input, and is kept in the kernel
    /// until then: at most 64 KiB.
    init(_ arguments: [String], environment: [String: String], input: [UInt8]) throws(Errno) {
        let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path
        do {
            let given = try FileDescriptor.pipe()
            defer { try? given.readEnd.close() }
            try given.writeEnd.closeAfter { _ = try given.writeEnd.writeAll(input) }
            let said = try FileDescriptor.pipe()
            defer { try? said.writeEnd.close() }
            _ = fcntl(said.readEnd.rawValue, F_SETFD, FD_CLOEXEC)
            output = said.readEnd
            identifier = try Self.spawn(
                [program] + arguments, environment.map { "\($0.key)=\($0.value)" },
                descriptors: [given.readEnd, said.writeEnd])
        } catch {
            throw error as? Errno ?? .ioError
        }
    }

    /// POSIX_SPAWN_SETSID, which the C libraries hide from Swift.
    private static let newSession: Int32 = 0x80

    /// What it says until it closes its output, or ends.
    func said() -> String {
        var said: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while let count = try? chunk.withUnsafeMutableBytes({ try output.read(into: $0) }), count > 0 {
            said += chunk[..<count]
        }
        return String(decoding: said, as: UTF8.self)
    }

    /// Waits for its end; its exit code, or 1 when a signal has ended it.
    func end() -> Int32 {
        var status: Int32 = 0
        while waitpid(identifier, &status, 0) < 0 {
            guard errno == EINTR else { return 1 }
        }
        return status & 0x7f == 0 ? (status >> 8) & 0xff : 1
    }

    /// `descriptors` become its first ones; standard error stays what it is here, and it has no others.
    private static func spawn(
        _ words: [String], _ environment: [String], descriptors: [FileDescriptor]
    ) throws(Errno) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (number, descriptor) in descriptors.enumerated() {
            posix_spawn_file_actions_adddup2(&actions, descriptor.rawValue, Int32(number))
        }
        keepToOurselves()
        var child = pid_t()
        let failed = FreshSignals.withAttributes(flags: newSession) { attributes in
            withVector(words) { arguments in
                withVector(environment) { posix_spawn(&child, words[0], &actions, attributes, arguments, $0) }
            }
        }
        guard failed == 0 else { throw Errno(rawValue: failed) }
        return child
    }

    /// Whatever the caller has open stays the caller's: a lock that ends with the caller, or a pipe that someone reads.
    private static func keepToOurselves() {
        let numbers = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        for number in numbers.compactMap({ Int32($0) }) where number > STDERR_FILENO {
            _ = fcntl(number, F_SETFD, FD_CLOEXEC)
        }
    }

    private static func withVector<Value>(
        _ words: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Value
    ) -> Value {
        let pointers: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        return body(pointers)
    }
}
