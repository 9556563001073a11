/// What a library does by choice.
package struct LibraryRules: Sendable {
    /// Whether results that can be fetched only once are fetched when someone looks for their files.
    package var largeResults = LargeResultPolicy.automatic
    /// Bytes that a file may have to be fetched; nil for any.
    package var maximumArtifactSize: UInt64?
    package var onExpiry = ExpiryPolicy.keep
    package var parts = PartsPolicy()
    package var waiting = WaitRules()
    package var prefetch = PrefetchRules()

    package init() {}
}
