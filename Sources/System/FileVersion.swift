package import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What a file is right now, as far as can be told without opening it (stat(2)): another file of the name, another content,
/// other rights are other versions.
package struct FileVersion: Hashable {
    private let numbers: [Int64]

    /// Nil when there is none.
    package init?(of path: FilePath) {
        var facts = stat()
        guard stat(path.string, &facts) == 0 else { return nil }
        numbers = [
            Int64(truncatingIfNeeded: facts.st_dev), Int64(truncatingIfNeeded: facts.st_ino), Int64(facts.st_size),
            Int64(facts.st_mtim.tv_sec), Int64(facts.st_mtim.tv_nsec), Int64(facts.st_ctim.tv_sec),
            Int64(facts.st_ctim.tv_nsec),
        ]
    }
}
