/// What the product knows of one picture: an element of `bounding_boxes.Images`.
///
/// Everything here comes from the document and is data: a name or a URL in it has to be checked before it is used.
package struct ImageFacts: Sendable, Equatable {
    /// Where the bytes of a picture are, as `image_url` says.
    package enum Source: Sendable, Equatable {
        /// Any string that is not a `data:` URI.
        case remote(url: String)
        /// In the document: the string literal of a `data:` URI, quotes included, for `DataURIDecoder`.
        case inline(dataURI: Range<UInt64>, mediaType: String, isBase64: Bool)
        /// Nowhere: rendering failed, or `image_url` cannot be used; then `renderError` says why.
        case absent
    }

    package var id: String?
    package var source = Source.absent
    package var visualType: String?
    package var chartType: String?
    package var chartTitle: String?
    package var sheetName: String?
    package var excelRange: String?
    package var pageNumber: Int?
    /// `description`, cut at `ResultFacts.textLimit`.
    package var imageDescription: String?
    /// `render_error` as the API sent it, else why `image_url` is not used.
    package var renderError: String?

    package init() {}

    /// Bytes of text in memory.
    package var textSize: Int {
        let location =
            switch source {
            case .remote(let url): url
            case .inline(_, let mediaType, _): mediaType
            case .absent: ""
            }
        return [id, visualType, chartType, chartTitle, sheetName, excelRange, imageDescription, renderError].reduce(
            location.utf8.count
        ) {
            $0 + ($1?.utf8.count ?? 0)
        }
    }
}
