#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// How many files and sockets a mount may have open: it asks for as many as it may have.
struct OpenFileLimit: Sendable, Hashable {
    /// What it can be raised to (RLIMIT_NOFILE, getrlimit(2)).
    var most: Int

    /// With fewer a mount sends fewer requests at a time.
    static let needed = DescriptorPlan.most

    static var here: OpenFileLimit? {
        var limit = rlimit()
        #if canImport(Glibc)
            let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
            let resource = RLIMIT_NOFILE
        #endif
        return getrlimit(resource, &limit) == 0 ? OpenFileLimit(most: Int(clamping: limit.rlim_max)) : nil
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
