/// The points at which a process may die while a file becomes part of the cache.
///
/// Nothing happens at them, unless a test has asked for the process to be killed at one.
package struct PublishingSteps: Sendable {
    package enum Step: String, Sendable, CaseIterable {
        case spooled, claimed, downloaded, digested, labelled, synchronized, renamed, published, indexed, delivered
        /// Of a result that machines share: this one has the claim; its bytes are in the store, and nobody has been told.
        case held, uploaded
    }

    private let visit: (@Sendable (Step) -> Void)?

    /// `visit` is called at each step, on whatever thread comes there.
    package init(visit: (@Sendable (Step) -> Void)? = nil) { self.visit = visit }

    package func reached(_ step: Step) { visit?(step) }
}
