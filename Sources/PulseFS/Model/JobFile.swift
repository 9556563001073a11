import ArtifactStore

/// The files of a job's directory, other than its images: their names and numbers.
enum JobFile {
    /// In the order of a listing.
    static let all: [(name: String, slot: ArtifactSlot)] = [
        ("status.json", .status),
        ("error.txt", .error),
        ("result.md", .markdown),
        ("result.json", .result),
        ("result.html", .html),
        ("form.pdf", .form),
        ("images", .images),
        ("index.html", .page),
    ]

    /// Not in the list: whoever reads all there is does not come to wait.
    static let waitName = ".wait"

    static func slot(named name: String) -> ArtifactSlot? { all.first { $0.name == name }?.slot }

    static func dependsOnLargeResult(_ slot: ArtifactSlot) -> Bool {
        slot == .markdown || slot == .result || slot == .html || slot == .page
    }
}
