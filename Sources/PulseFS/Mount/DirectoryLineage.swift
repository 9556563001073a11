import FUSE
import System
package import SystemPackage

/// Where a directory lies: not by its name, which can lead there through links, `..` and mounts of what is elsewhere too, but
/// by what the kernel says of it and of those around it.
package struct DirectoryLineage: Sendable, Hashable {
    /// What tells a directory from every other (stat(2)).
    struct Identity: Sendable, Hashable {
        let device: UInt64
        let inode: UInt64
    }

    /// A place within a file system, whatever it is mounted on.
    struct Place: Sendable, Hashable {
        /// As the mount table has it.
        let device: String
        let path: FilePath
    }

    /// The directory itself; nil when it does not exist.
    var own: Identity?
    /// What it lies in, from the nearest that exists.
    var above: [Identity]
    /// Nil when it cannot be told.
    var place: Place?

    init(own: Identity?, above: [Identity], place: Place?) {
        (self.own, self.above, self.place) = (own, above, place)
    }

    /// Looks at the directory, at what is above it and at the mount table. A directory that does not exist lies where it would
    /// be made. `path` is absolute; nothing on the way is a mount that does not answer.
    package init(_ path: FilePath) { self.init(path, among: MountTable.current()) }

    /// The same, where the mount table was read already.
    init(_ path: FilePath, among mounts: [MountTableEntry]) {
        // A name that is not there is no link, so that `..` after it means what it seems to.
        let (start, end) = Self.split(path)
        let (found, missing) = Self.split(start.appending(end).lexicallyNormalized())
        var identities: [Identity?] = []
        var directory = found
        while directory.lastComponent != nil {
            identities.append(Self.identity(of: directory))
            directory.removeLastComponent()
        }
        identities.append(Self.identity(of: directory))
        own = missing.isEmpty ? identities[0] : nil
        above = identities.dropFirst(missing.isEmpty ? 1 : 0).compactMap { $0 }
        place = Self.place(of: found, among: mounts).map { Place(device: $0.device, path: $0.path.appending(missing)) }
    }

    /// The part of a path that exists, without links, and the names behind it.
    private static func split(_ path: FilePath) -> (FilePath, [FilePath.Component]) {
        var existing = path
        var missing: [FilePath.Component] = []
        while true {
            if let real = existing.resolved { return (real, missing.reversed()) }
            guard let name = existing.lastComponent else { return ("/", missing.reversed()) }
            missing.append(name)
            existing.removeLastComponent()
        }
    }

    /// Whether it is the other, or lies in it.
    package func isWithin(_ other: DirectoryLineage) -> Bool {
        if let theirs = other.own, theirs == own || above.contains(theirs) { return true }
        // What is above a bind mount is not above what is mounted there.
        guard let place, let theirs = other.place, place.device == theirs.device else { return false }
        return place.path.starts(with: theirs.path)
    }

    private static func identity(of path: FilePath) -> Identity? {
        EntryFacts(at: path).map { Identity(device: $0.device, inode: $0.number) }
    }

    /// `path` has no links in it.
    private static func place(of path: FilePath, among mounts: [MountTableEntry]) -> Place? {
        guard let identifier = identifier(ofMountOf: path),
            let mount = mounts.last(where: { $0.identifier == identifier })
        else { return nil }
        let mountpoint = mount.mountpoint
        guard path.starts(with: mountpoint) else { return nil }
        let below = path.components.dropFirst(mountpoint.components.count)
        return Place(device: mount.device, path: mount.root.appending(below))
    }

    /// O_PATH of open(2), which Swift does not know: what is opened cannot be read, and need not be readable.
    private static let withoutReading = FileDescriptor.OpenOptions(rawValue: 0o10_000_000)

    /// As `/proc/self/fdinfo` has it (proc(5)).
    private static func identifier(ofMountOf path: FilePath) -> UInt64? {
        let options: FileDescriptor.OpenOptions = [.closeOnExec, withoutReading]
        guard let directory = try? FileDescriptor.open(path, .readOnly, options: options) else { return nil }
        defer { try? directory.close() }
        let facts = SmallFile.text(FilePath("/proc/self/fdinfo/\(directory.rawValue)")) ?? ""
        let name = "mnt_id:"
        guard let line = facts.split(separator: "\n").first(where: { $0.hasPrefix(name) }) else { return nil }
        return UInt64(line.dropFirst(name.count).drop { $0 == " " || $0 == "\t" })
    }
}
