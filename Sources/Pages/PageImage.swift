/// An image of a result, as a page shows it. Every text is data from outside.
package struct PageImage: Sendable, Equatable {
    /// In `images/`; nil when there is no such file.
    package var fileName: String?
    /// As the result has it: what the document calls the image by.
    package var url: String?
    package var title: String?
    package var kind: String?
    package var source: Source
    /// Why there is no file.
    package var problem: String?

    /// Where in the document it is from: a page, or cells of a sheet.
    package struct Source: Sendable, Equatable {
        package var sheet: String?
        package var range: String?
        package var pageNumber: Int?

        package init(sheet: String? = nil, range: String? = nil, pageNumber: Int? = nil) {
            (self.sheet, self.range, self.pageNumber) = (sheet, range, pageNumber)
        }

        /// Such as `Sheet1, B2:D9, page 3`.
        var words: String {
            [sheet, range, pageNumber.map { "page \($0)" }].compactMap(\.self).filter { !$0.isEmpty }
                .joined(separator: ", ")
        }
    }

    package init(
        fileName: String?, url: String? = nil, title: String? = nil, kind: String? = nil,
        source: Source = Source(), problem: String? = nil
    ) {
        self.fileName = fileName
        self.url = url
        self.title = title
        self.kind = kind
        self.source = source
        self.problem = problem
    }

    /// Where the file is, from the job's directory.
    var path: String? { fileName.map { "images/\(LinkTarget.segment($0))" } }

    /// By its name it is a picture and nothing more; a drawing (SVG) may have scripts.
    var isPicture: Bool {
        let suffix = fileName?.split(separator: ".").last?.lowercased() ?? ""
        return ["png", "jpg", "jpeg", "gif", "webp", "tif", "tiff", "bmp"].contains(suffix)
    }

    /// What it is, in words, where there are any.
    var caption: String? { [title, kind].lazy.compactMap(\.self).first { !$0.isEmpty } }
}
