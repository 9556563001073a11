import CProcess
package import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What is asked for of a file.
package struct FileUse: OptionSet, Sendable {
    package let rawValue: Int32

    package init(rawValue: Int32) { self.rawValue = rawValue }

    package static let reading = FileUse(rawValue: R_OK)
    package static let writing = FileUse(rawValue: W_OK)
    package static let running = FileUse(rawValue: X_OK)
}

extension FilePath {
    /// Whether the name leads to something (access(2)).
    package var exists: Bool { withPlatformString { access($0, F_OK) } == 0 }

    /// Whether the user who started the process may (access(2)).
    package func isUsable(for use: FileUse) -> Bool { withPlatformString { access($0, use.rawValue) } == 0 }

    /// Whether the effective user may (faccessat(2)).
    package func isUsableByEffectiveUser(for use: FileUse) -> Bool {
        withPlatformString { faccessat(AT_FDCWD, $0, use.rawValue, AT_EACCESS) } == 0
    }

    /// Whether a program has rights of its own (capabilities(7)).
    package var hasCapabilities: Bool { withPlatformString { pulse_has_capabilities($0) } }

    /// Whether it is on a disk whose setuid bits mean nothing.
    package var ignoresSetuid: Bool {
        var facts = statvfs()
        return withPlatformString({ statvfs($0, &facts) }) == 0 && facts.f_flag & UInt(ST_NOSUID) != 0
    }
}
