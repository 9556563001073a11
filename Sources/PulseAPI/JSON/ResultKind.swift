/// What a job does with a document, as its result shows by the identifiers in it. The words are shown to people and scripts.
package enum ResultKind: String, Sendable, Hashable, CaseIterable {
    // In order of what counts where a result has the identifiers of several.
    case pipeline, batch, form, schema, split, tables, extraction

    /// The member of a result that only a job of this kind has.
    init?(identifier member: String) {
        switch member {
        case "execution_id": self = .pipeline
        case "batch_id": self = .batch
        case "form_id": self = .form
        case "schema_id": self = .schema
        case "split_id": self = .split
        case "tables_id": self = .tables
        case "extraction_id": self = .extraction
        default: return nil
        }
    }
}
