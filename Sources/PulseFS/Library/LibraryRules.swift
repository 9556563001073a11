package import Settings

/// What a library does by choice.
package struct LibraryRules: Sendable {
    /// Whether results that can be fetched only once are fetched when someone looks for their files.
    package var largeResults = LargeResultPolicy.automatic
    /// Bytes that a file may have to be fetched; nil for any.
    package var maximumArtifactSize: UInt64?
    package var onExpiry = ExpiryPolicy.keep
    package var parts = PartsPolicy()
    package var waiting = WaitRules()
    /// By which parts large files are fetched.
    var geometry = PartGeometry.standard
    /// How many files of the cache are kept open for readers to come.
    var openBlobs = 256

    package init() {}

    /// As the settings say.
    package init(_ settings: Settings, parts: PartsPolicy) {
        largeResults = settings.largeResults
        maximumArtifactSize = settings.maximumArtifactSize
        onExpiry = settings.onExpiry
        waiting.patience = settings.waitPatience
        self.parts = parts
    }
}
