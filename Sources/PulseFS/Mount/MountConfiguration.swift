import ArtifactStore
import FUSE
import JobCache
package import PulseAPI
package import Settings
package import SystemPackage

/// Everything a mount needs to know before it is made.
package struct MountConfiguration: Sendable {
    package let mountpoint: FilePath
    package let settings: MountSettings
    /// Whose the files are.
    package let owner: UInt32
    package let group: UInt32

    /// What the settings leave open is `user`'s and `userGroup`'s.
    package init(mountpoint: FilePath, _ settings: MountSettings, user: UInt32, userGroup: UInt32) {
        self.mountpoint = mountpoint
        self.settings = settings
        owner = settings.owner ?? user
        group = settings.group ?? userGroup
    }

    private var shared: Settings { settings.settings }
    package var origin: APIOrigin { shared.origin }
    package var cacheDirectory: FilePath { shared.cacheDirectory }

    var cacheLimits: StoreLimits { shared.cacheLimits }

    var access: APIAccess {
        APIAccess(
            origin: shared.origin, key: shared.key, from: shared.keySupply, rules: settings.keyRules,
            timeout: shared.timeout, authorities: shared.authorities)
    }

    var libraryRules: LibraryRules {
        var rules = shared.rules
        rules.parts = settings.parts
        return rules
    }

    /// Files that the mount goes on to look at, and that it would cover.
    package var hiddenFiles: [FilePath] {
        guard HandedDescriptor(mountpoint) == nil else { return [] }
        let place = DirectoryLineage(mountpoint)
        let files: [FilePath]
        switch shared.keySupply {
        case .fixed, .command: files = []
        case .file(let path), .credential(let path), .entry(let path, _): files = [path]
        }
        return files.filter { MountedPath($0) == nil && DirectoryLineage($0).isWithin(place) }
    }
}
