/// What becomes of results that can be fetched only once while the store that machines share cannot be asked who does.
package enum SingleUsePolicy: String, Sendable, CaseIterable {
    /// They are fetched in the last minutes of their link.
    case late
    case wait
}
