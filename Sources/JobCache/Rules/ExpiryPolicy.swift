/// What becomes of the cached files of a job that the API has let go of.
package enum ExpiryPolicy: String, Sendable, CaseIterable {
    case keep
    /// They are removed, except for those that can be fetched only once.
    case drop
}
