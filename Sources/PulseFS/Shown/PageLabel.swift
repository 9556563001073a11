/// What a page was made from, in the words by which the index knows whether it is still the right one.
struct PageLabel: Hashable, Sendable {
    let text: String
}
