/// What a page was made from, in the words by which the index knows whether it is still the right one.
package struct PageLabel: Hashable, Sendable {
    package let text: String

    package init(text: String) { self.text = text }
}
