import CProcess
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// fusermount3(1), by which those mount who are not root.
struct Fusermount: Sendable, Hashable {
    var path: FilePath
    var owner: UInt32
    /// Its setuid bit counts.
    var isSetuid: Bool
    /// It has capabilities of its own (capabilities(7)).
    var isCapable = false

    /// It has the rights that mounting takes.
    var mayMount: Bool { isSetuid && owner == 0 || isCapable }

    /// The first one that can be run; nil when there is none.
    static func find(in directories: [FilePath]) -> Fusermount? {
        for directory in directories {
            let path = directory.appending("fusermount3")
            var facts = stat()
            guard path.withPlatformString({ stat($0, &facts) }) == 0, facts.st_mode & S_IFMT == S_IFREG else {
                continue
            }
            return Fusermount(
                path: path, owner: facts.st_uid,
                isSetuid: facts.st_mode & mode_t(S_ISUID) != 0 && !isPowerless(path),
                isCapable: path.withPlatformString { pulse_has_capabilities($0) })
        }
        return nil
    }

    /// On a disk whose setuid bits mean nothing.
    private static func isPowerless(_ path: FilePath) -> Bool {
        var facts = statvfs()
        return path.withPlatformString({ statvfs($0, &facts) }) == 0 && facts.f_flag & UInt(ST_NOSUID) != 0
    }
}
