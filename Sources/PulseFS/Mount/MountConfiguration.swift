package import ArtifactStore
import FUSE
package import PulseAPI
package import Settings
package import SystemPackage
package import Transfer

/// Everything a mount needs to know before it is made.
package struct MountConfiguration: Sendable {
    package var mountpoint: FilePath
    package var origin: APIOrigin
    package var key: APIKey
    /// Where another key may come from while the mount lasts.
    package var keySupply = KeySupply.fixed
    package var keyRules = KeyRules()
    package var cacheDirectory: FilePath
    package var cacheLimits = StoreLimits.standard
    package var largeResults = LargeResultPolicy.automatic
    package var waitPatience = WaitRules.standardPatience
    /// How long a request is tried for.
    package var timeout = RetryPolicy.standardBudget
    /// Bytes of the largest answer that is taken; nil for any.
    package var maximumArtifactSize: UInt64?
    package var authorities = CertificateAuthorities.standard
    package var onExpiry = ExpiryPolicy.keep
    /// Names of programs that cause no request.
    package var noFetch = CrawlerNames.standard
    package var parts = PartsPolicy()
    package var extendedAttributes = false
    package var allowOther = false
    package var owner: UInt32
    package var group: UInt32
    package var umask: UInt16 = 0o077

    package init(
        mountpoint: FilePath, origin: APIOrigin, key: APIKey, cacheDirectory: FilePath, owner: UInt32, group: UInt32
    ) {
        self.mountpoint = mountpoint
        self.origin = origin
        self.key = key
        self.cacheDirectory = cacheDirectory
        self.owner = owner
        self.group = group
    }

    /// As the settings say; what they leave open is `user`'s and `userGroup`'s.
    package init(mountpoint: FilePath, _ settings: MountSettings, user: UInt32, userGroup: UInt32) {
        let shared = settings.settings
        self.init(
            mountpoint: mountpoint, origin: shared.origin, key: shared.key, cacheDirectory: shared.cacheDirectory,
            owner: settings.owner ?? user, group: settings.group ?? userGroup)
        keySupply = shared.keySupply
        keyRules = settings.keyRules
        cacheLimits = shared.cacheLimits
        largeResults = shared.largeResults
        waitPatience = shared.waitPatience
        timeout = shared.timeout
        maximumArtifactSize = shared.maximumArtifactSize
        authorities = shared.authorities
        onExpiry = shared.onExpiry
        noFetch = settings.noFetch
        parts = settings.parts
        extendedAttributes = settings.extendedAttributes
        allowOther = settings.allowOther
        umask = settings.umask
    }

    var access: APIAccess {
        APIAccess(
            origin: origin, key: key, from: keySupply, rules: keyRules, timeout: timeout, authorities: authorities)
    }

    var libraryRules: LibraryRules {
        LibraryRules(
            largeResults: largeResults, maximumArtifactSize: maximumArtifactSize, onExpiry: onExpiry, parts: parts,
            waiting: WaitRules(patience: waitPatience))
    }

    /// Files that the mount goes on to look at, and that it would cover.
    package var hiddenFiles: [FilePath] {
        guard HandedDescriptor(mountpoint) == nil else { return [] }
        let place = DirectoryLineage(mountpoint)
        let files: [FilePath]
        switch keySupply {
        case .fixed, .command: files = []
        case .file(let path), .credential(let path), .entry(let path, _): files = [path]
        }
        return files.filter { MountedPath($0) == nil && DirectoryLineage($0).isWithin(place) }
    }
}
