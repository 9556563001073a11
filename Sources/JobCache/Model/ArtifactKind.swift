package import ArtifactStore
package import PulseAPI

/// The files of a job's directory, a row each. A new file is a row here, and what makes its bytes.
///
/// The parts of a result have a table of their own, `PartKind`, and the files in `images/` are named by the result.
package struct ArtifactKind: Sendable {
    /// In the job's directory.
    package let name: String
    package let slot: ArtifactSlot
    let content: Content
    /// Nil for a directory.
    package let mediaType: String?
    /// Not in the listing: whoever reads all there is does not come to wait.
    package var isHidden = false
    /// Not every result has it: it is listed only when it is known to be there.
    var isOptional = false
    /// What the page of the job calls it, where it is a document of its own.
    package var highlight: String?
    /// What it is, in README.txt.
    package let readMe: String
    /// What it is, in an explanation of a path.
    package let what: @Sendable (JobID) -> String

    /// Where the bytes come from.
    enum Content: Sendable {
        /// The API's answer about the job.
        case answer
        /// Why there is no result, or not all of it, if there is something to say.
        case explanation
        /// How the job has ended.
        case ending
        /// The result, as it stands in the answer.
        case result
        /// A string in the result, if it has it.
        case literal(ResultText)
        /// Asked for by itself, where the result says that it is there.
        case source(ArtifactSource, isThere: @Sendable (ResultFacts) -> Bool)
        /// Made here, of other files.
        case page
        /// What is in it has names and bytes of its own.
        case directory
    }

    /// In the order of README.txt.
    package static let all = [status, error, markdown, result, html, form, page, images, wait]

    package init?(named name: String) {
        guard let kind = Self.all.first(where: { $0.name == name }) else { return nil }
        self = kind
    }

    /// Nil for an image, a part, and a number that no file has.
    package init?(_ slot: ArtifactSlot) {
        guard let kind = Self.all.first(where: { $0.slot == slot }) else { return nil }
        self = kind
    }

    private init(
        _ name: String, _ slot: ArtifactSlot, _ content: Content, _ mediaType: String?, readMe: String,
        what: @escaping @Sendable (JobID) -> String
    ) {
        (self.name, self.slot, self.content, self.mediaType) = (name, slot, content, mediaType)
        (self.readMe, self.what) = (readMe, what)
    }

    /// What has been fetched or cut out of what was fetched, and is to be kept: `pulsefs fetch` sees to it.
    var isFetched: Bool {
        switch content {
        case .result, .literal, .source: true
        case .answer, .explanation, .ending, .page, .directory: false
        }
    }

    /// Part of the API's answer about the job.
    package var isOfAnswer: Bool {
        switch content {
        case .answer, .result, .literal: true
        case .explanation, .ending, .source, .page, .directory: false
        }
    }

    /// Its bytes are not known before a result that comes as a link has been fetched.
    package var dependsOnLargeResult: Bool {
        switch content {
        case .result, .literal, .page: true
        case .answer, .explanation, .ending, .source, .directory: false
        }
    }

    /// Made here at any time, whether the cache has a file for it or not.
    package var isMadeHere: Bool {
        switch content {
        case .answer, .explanation, .ending, .page: true
        case .result, .literal, .source, .directory: false
        }
    }

    // MARK: The rows

    static let status = ArtifactKind(
        "status.json", .status, .answer, "application/json",
        readMe: "every field of the job except its result"
    ) { "every field of job \($0) except its result" }

    package static let error = ArtifactKind(
        "error.txt", .error, .explanation, "text/plain",
        readMe: "only if there is something to explain: why the result, or a part of it, is missing"
    ) { "why job \($0) has no result, or not all of it" }

    static let markdown = ArtifactKind(
        "result.md", .markdown, .literal(.markdown), "text/markdown",
        readMe: "the document as Markdown, once the job is completed"
    ) { "the document of job \($0) as Markdown" }

    package static let result = ArtifactKind(
        "result.json", .result, .result, "application/json",
        readMe: "the result as the API sent it, byte for byte"
    ) { "the result of job \($0) as the API sent it" }

    static let html = ArtifactKind(
        "result.html", .html, .literal(.html), "text/html",
        readMe: "the result as HTML, if the API made one"
    ) { "the result of job \($0) as HTML" }.with { $0.isOptional = true }

    static let form = ArtifactKind(
        "form.pdf", .form, .source(.formPDF, isThere: { $0.pdfURL != nil }), "application/pdf",
        readMe: "the filled form of a form job"
    ) { "the filled form of job \($0)" }.with { $0.highlight = "The form" }

    package static let page = ArtifactKind(
        "index.html", .page, .page, "text/html",
        readMe: "one page for a browser, with the images in place"
    ) { "the page of job \($0), for a browser" }

    package static let images = ArtifactKind(
        "images", .images, .directory, nil,
        readMe: "charts and figures; fetched when they are read, then kept"
    ) { "the images of job \($0)" }

    package static let wait = ArtifactKind(
        ".wait", .wait, .ending, "text/plain",
        readMe: "not listed; reading it waits until the job has ended, and says how"
    ) { "the file that waits for the end of job \($0)" }.with { $0.isHidden = true }

    private func with(_ change: (inout Self) -> Void) -> Self {
        var kind = self
        change(&kind)
        return kind
    }
}

/// The numbers of a job's own files; `PartFile` and `PartDirectory` have those from 10 to 14. They are in inode numbers and in the
/// index: never give one a new meaning.
extension ArtifactSlot {
    package static let status = ArtifactSlot(1)
    package static let error = ArtifactSlot(2)
    package static let markdown = ArtifactSlot(3)
    package static let result = ArtifactSlot(4)
    package static let html = ArtifactSlot(5)
    package static let form = ArtifactSlot(6)
    /// `.wait`, which has no bytes before the job has ended.
    package static let wait = ArtifactSlot(7)
    /// The directory of images, which has no bytes of its own.
    package static let images = ArtifactSlot(8)
    /// `index.html`.
    package static let page = ArtifactSlot(9)
    /// Images take the numbers from here on, in the order of the result.
    package static let firstImage = ArtifactSlot(64)
    /// The last that fits into an inode number.
    package static let last = ArtifactSlot((1 << 20) - 1)

    package var isImage: Bool { self >= .firstImage && self < .firstPart }
}

extension ArtifactKind {
    /// The path of an image below the job's directory.
    package static func path(ofImage name: String) -> String { "\(images.name)/\(name)" }

    /// The name of the image that a path below the job's directory stands for; nil for any other file.
    package static func imageName(inPath path: String) -> String? {
        let directory = "\(images.name)/"
        return path.hasPrefix(directory) ? String(path.dropFirst(directory.count)) : nil
    }
}

extension StoredArtifact {
    /// A file that is not here yet. `source` is nil where it is part of another answer.
    package init(_ kind: ArtifactKind, source: String? = nil) {
        self.init(slot: kind.slot, name: kind.name, size: nil, source: source, isListed: true)
    }

    /// Below the job's directory.
    var path: String { slot.isImage ? ArtifactKind.path(ofImage: name) : name }
}
