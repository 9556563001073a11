/// The texts of a result that become files. A further one, which stands in a member of its name, is a case here.
package enum ResultText: String, Sendable, CaseIterable {
    /// `markdown`, else the older `content`.
    case markdown
    /// `extensions.altOutputs.html`, also spelled `alt_outputs`, also directly in the result, where older answers have `html` itself;
    /// the string, or `content` or `html` of an object.
    case html
}
