import Glibc
import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

extension Rig {
    /// What the scripts of these tests have in common. `$D` is a directory of their own, `$P` the program, `$M` an empty
    /// directory; whatever is mounted below `$D` at the end is taken away.
    private static let preparation = """
        trap 'mounts | while read -r m; do umount -l "$m" 2> /dev/null; done' EXIT
        mounts() { awk -v d="$D/" 'index($5, d) == 1 { print $5 }' /proc/self/mountinfo; }
        daemon() { sed -n 's/.*"pid" : \\([0-9]*\\).*/\\1/p' "$1/.pulsefs/mount"; }
        running() { [ -e /proc/$1 ] && ! grep -q '^State:.*Z' /proc/$1/status 2> /dev/null; }
        ended() { while running $1; do sleep 0.02; done; }
        until_so() { for try in {1..400}; do "$@" > /dev/null 2>&1 && return; sleep 0.05; done; echo "never: $*"; return 1; }
        need() { echo "this needs $*"; exit 99; }
        M=$D/mnt; mkdir -p "$M"

        """

    /// Runs a script that mounts in the background, on the rig's API and cache.
    ///
    /// `isApart` gives it a mount table of its own, which takes root; what it does to the system is undone with its end.
    func script(
        _ script: String, _ arguments: [String] = [], isApart: Bool = false, environment: [String: String] = [:],
        timeout: Int = 180
    ) async throws -> Shell.Outcome {
        let own = self.environment().merging(["D": scratch.path.string]) { $1 }.merging(environment) { $1 }
        guard isApart else {
            return try await Shell.run(Self.preparation + script, arguments, environment: own, timeout: timeout)
        }
        // The mounts of other tests would be held by this table too.
        let release = """
            awk '/ - fuse.pulsefs / { print $5 }' /proc/self/mountinfo | while read -r m; do umount -l "$m"; done

            """
        return try await Shell.run(
            "unshare -m --propagation private bash -c \"$SCRIPT\" bash \"$@\"", arguments,
            environment: own.merging(["SCRIPT": release + Self.preparation + script]) { $1 }, timeout: timeout)
    }
}

/// Whether tests may make namespaces and mount in them.
enum Privilege {
    static let isRoot = getuid() == 0
    static let comment: Comment = "needs root: run the tests with sudo"
}
