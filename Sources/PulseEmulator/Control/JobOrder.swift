/// The body of `POST /_emulator/jobs`: a job made for a measurement, for example
/// `{"kind": "images", "id": "many", "count": 1000, "bytes": 40000}`.
struct JobOrder: Decodable {
    enum Kind: String, Decodable {
        /// An inline result with a markdown of `bytes` bytes.
        case inline
        /// The same behind a link that works once.
        case singleUse = "single-use"
        /// `count` images of `bytes` bytes each.
        case images
        /// A table of `count` rows and `columns` columns.
        case table
    }

    var kind: Kind
    var id: String
    var bytes: Int?
    var count: Int?
    var columns: Int?

    var job: EmulatedJob {
        switch kind {
        case .inline: .syntheticInline(id: id, markdownSize: bytes ?? 0)
        case .singleUse: .syntheticSingleUse(id: id, markdownSize: bytes ?? 0)
        case .images: .syntheticImages(id: id, count: count ?? 1, size: bytes ?? 0)
        case .table: .syntheticTable(id: id, rows: count ?? 1, columns: columns ?? 1)
        }
    }
}
