/// The kinds of parts, a row each: what its files are called, and what makes them. A new kind is a row here and its maker.
package struct PartKind: Sendable {
    /// Of files beside `result.md`, and of directories, with a slash behind.
    package let names: [String]
    let make: @Sendable (inout PartsMaker) throws -> Void

    /// In the order in which they are made: the last one tells of all others.
    package static let all = [
        PartKind(names: ["pages/"]) { maker in try maker.makePages() },
        PartKind(names: ["tables/"]) { maker in try maker.makeTables() },
        PartKind(names: ["schema/", "structured.json", "citations.jsonl"]) { maker in try maker.makeStructured() },
        PartKind(names: ["splits.json"]) { maker in try maker.makeSplits() },
        PartKind(names: ["chunks/"]) { maker in try maker.makeChunks() },
        PartKind(names: ["images.jsonl"]) { maker in try maker.makeImages() },
        PartKind(names: ["form_fields.csv"]) { maker in try maker.makeFormFields() },
        PartKind(names: [contents]) { maker in try maker.makeContents() },
    ]

    /// The part that every result has.
    package static let contents = "contents.md"

    /// All names, directories first.
    package static let allNames: [String] = {
        let names = all.flatMap(\.names)
        return names.filter { $0.hasSuffix("/") } + names.filter { !$0.hasSuffix("/") }
    }()
}
