/// When a result that can be fetched only once is fetched.
package enum LargeResultPolicy: String, Sendable, CaseIterable {
    /// As soon as one of its files is looked up.
    case automatic
    /// By `pulsefs fetch` alone.
    case manual
}
