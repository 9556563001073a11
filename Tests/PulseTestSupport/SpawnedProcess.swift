import Foundation
import Synchronization

/// A program started by posix_spawn(3): with no signal blocked or ignored, no input, and no descriptor of this process.
///
/// Foundation's `Process` is not used for this: dozens of them at a time, started from many tasks, bring it down.
struct SpawnedProcess: Sendable {
    let identifier: Int32

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Starts a program, found in PATH. `environment` is the whole of it.
    init(_ words: [String], environment: [String: String], output: String, errors: String) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        Self.keepDescriptorsToOurselves()

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        var child = pid_t()
        let failed = Self.withVector(words) { arguments in
            Self.withVector(environment.map { "\($0.key)=\($0.value)" }) { variables in
                posix_spawnp(&child, words[0], &actions, &attributes, arguments, variables)
            }
        }
        guard failed == 0 else {
            throw Failure(description: "cannot start \(words[0]): \(String(cString: strerror(failed)))")
        }
        identifier = child
    }

    /// Calls `body` once, on a thread of its own, with the exit status, or 128 and the signal's number.
    func whenEnded(_ body: @escaping @Sendable (Int32) -> Void) {
        Thread.detachNewThread { [identifier] in
            var status: Int32 = 0
            while waitpid(identifier, &status, 0) < 0, errno == EINTR {}
            let signal = status & 0x7f
            body(signal == 0 ? (status >> 8) & 0xff : 128 + signal)
        }
    }

    private static func keepDescriptorsToOurselves() {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? [] {
            guard let descriptor = Int32(name), descriptor > 2 else { continue }
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        }
    }

    private static func withVector<Value>(
        _ words: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Value
    ) -> Value {
        var pointers: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        return pointers.withUnsafeMutableBufferPointer { buffer in
            // An array of at least one element has a base address.
            body(buffer.baseAddress ?? UnsafeMutablePointer.allocate(capacity: 1))
        }
    }
}
