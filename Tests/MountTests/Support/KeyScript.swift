import PulseEmulator
import PulseTestSupport
import Testing

/// What the tests of keys have in common.
enum KeyScript {
    /// Rules that a test can wait for.
    static let quick = ["--auth-ttl", "1"]
    static let check = RequestPattern.path("/job/pulsefs-key-check")
    static let files = ["result.md", "result.json", "status.json", "images/logo.png"]

    /// A shell function: runs a command until it succeeds.
    static let again = "again() { while ! \"$@\" 2> /dev/null; do sleep 0.05; done; }\n"
    /// A shell function: whether a command fails for want of permission.
    static let denied = "denied() { \"$@\" 2>&1 > /dev/null | grep -q 'Permission denied'; }\n"
}

extension MountedPulseFS {
    /// Reads the job's files twice, so that the kernel has them.
    func warm(_ job: String) async throws {
        let outcome = try await shell(
            """
            job=$1; shift
            for pass in 1 2; do
              ls -lR "$M/jobs" > /dev/null && (cd "$M/jobs/$job" && cat "$@" > /dev/null) || exit 1
            done
            """, [job] + KeyScript.files)
        #expect(outcome.status == 0, "\(outcome.errors)")
    }

    /// The word for what the mount knows of its key.
    var keyState: String {
        get async throws {
            try await shell("sed -n 's/^pulsefs_key_state{state=\"\\(.*\\)\"} 1$/\\1/p' \"$M\"/.pulsefs/metrics")
                .lines.joined(separator: " ")
        }
    }

    func wait(forKeyState state: String) async throws {
        let outcome = try await shell(
            KeyScript.again + "again grep -qF 'state=\"'$1'\"} 1' \"$M\"/.pulsefs/metrics", [state], timeout: 30)
        #expect(outcome.status == 0, "the key is never \(state)")
    }
}
