import PulseFS
import System

/// How many files and sockets a mount may have open: it asks for as many as it may have.
struct OpenFileLimit: Sendable, Hashable {
    /// What it can be raised to (RLIMIT_NOFILE, getrlimit(2)).
    var most: Int

    /// With fewer a mount sends fewer requests at a time.
    static let needed = DescriptorPlan.most

    static var here: OpenFileLimit? {
        OpenFiles.most.map { OpenFileLimit(most: $0) }
    }

    var checkup: Checkup {
        most >= Self.needed
            ? Checkup("descriptors", .ok, "a mount may have \(most) files open")
            : Checkup(
                "descriptors", .warning,
                "a mount may have \(most) files open; \(Self.needed) are enough for full speed",
                remedy: "raise the hard limit: LimitNOFILE= in a unit, nofile in /etc/security/limits.conf")
    }
}
