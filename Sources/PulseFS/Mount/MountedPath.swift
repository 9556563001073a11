package import FUSE
import System
package import SystemPackage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A path that lies in a mount of PulseFS, whether or not there is anything.
package struct MountedPath: Sendable, Hashable {
    package let mountpoint: FilePath
    /// Below the mount's root, without `.` and `..`.
    package let path: String

    /// More symbolic links than this are a circle (path_resolution(7)).
    private static let mostLinks = 40

    /// Nil when the path lies in no mount. It is absolute. Symbolic links are followed up to the mount; nothing in the mount
    /// is looked at, as that could ask the API.
    package init?(_ path: FilePath) {
        let mounts = MountTable.current().reduce(into: [:]) { $0[$1.mountpoint] = $1.type }
        self.init(path, isMount: { mounts[$0] == MountTable.pulsefs }, link: { Self.target(of: $0) })
    }

    package init?(_ path: FilePath, isMount: (FilePath) -> Bool, link: (FilePath) -> FilePath?) {
        var rest = Array(path.components.reversed())
        var current = FilePath("/")
        var links = 0
        while let component = rest.popLast() {
            switch component.kind {
            case .currentDirectory: continue
            case .parentDirectory: current.removeLastComponent()
            case .regular:
                let next = current.appending(component)
                if isMount(next) {
                    guard let below = Self.normal(rest.reversed()) else { return nil }
                    (mountpoint, self.path) = (next, below)
                    return
                }
                if let target = link(next) {
                    links += 1
                    guard links <= Self.mostLinks else { return nil }
                    if target.isAbsolute { current = "/" }
                    rest += target.components.reversed()
                } else {
                    current = next
                }
            }
        }
        return nil
    }

    private static func target(of path: FilePath) -> FilePath? {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: path.string)).map { FilePath($0) }
    }

    /// Nil when it leaves the mount.
    private static func normal(_ components: some Sequence<FilePath.Component>) -> String? {
        var parts: [String] = []
        for component in components {
            switch component.kind {
            case .currentDirectory: continue
            case .parentDirectory: if parts.popLast() == nil { return nil }
            case .regular: parts.append(component.string)
            }
        }
        return parts.joined(separator: "/")
    }

    /// What the mount says of the path. Causes no request.
    package func explain() -> Diagnosis {
        let file = mountpoint.appending(".pulsefs").appending(ExplainedPaths.directory)
            .appending(ExplainedPaths.name(of: path))
        do {
            let descriptor = try FileDescriptor.open(file, .readOnly, options: .closeOnExec)
            return try descriptor.closeAfter {
                Diagnosis(json: try descriptor.readToEnd())
                    ?? Diagnosis(path, .mountIsForeign, what: "in the mount on \(mountpoint)")
            }
        } catch {
            return failure(error as? Errno ?? .ioError)
        }
    }

    private func failure(_ error: Errno) -> Diagnosis {
        let what = "in the mount on \(mountpoint)"
        let finding: Finding =
            switch error {
            case .socketNotConnected, .ioError: .mountIsDead
            // The kernel takes names of 1024 bytes at most, and no job or image has one like that.
            case .fileNameTooLong: .notInTree
            default: .mountIsForeign
            }
        return Diagnosis(path, finding, what: what)
    }
}

extension MountTable {
    /// The type of this program's mounts, as the kernel writes it.
    package static let pulsefs = "fuse.pulsefs"

    /// What is on top of each place, with our mounts alone.
    package static func pulsefsMounts() -> [MountTableEntry] {
        var seen: Set<FilePath> = []
        return current().reversed().filter { seen.insert($0.mountpoint).inserted && $0.type == pulsefs }.reversed()
    }
}
