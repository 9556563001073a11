import System
package import SystemPackage

/// fusermount3(1), by which those mount who are not root.
package struct Fusermount: Sendable, Hashable {
    package var path: FilePath
    package var owner: UInt32
    /// Its setuid bit counts.
    package var isSetuid: Bool
    /// It has capabilities of its own (capabilities(7)).
    var isCapable = false

    /// It has the rights that mounting takes.
    package var mayMount: Bool { isSetuid && owner == 0 || isCapable }

    /// The first one that can be run; nil when there is none.
    package static func find(in directories: [FilePath]) -> Fusermount? {
        for directory in directories {
            let path = directory.appending("fusermount3")
            guard let facts = EntryFacts(at: path), facts.kind == .file else { continue }
            return Fusermount(
                path: path, owner: facts.owner, isSetuid: facts.permissions & 0o4000 != 0 && !path.ignoresSetuid,
                isCapable: path.hasCapabilities)
        }
        return nil
    }
}
