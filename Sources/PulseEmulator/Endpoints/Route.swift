/// Where a path leads. Segments are split before they are decoded, so `%2F` is part of a name.
enum Route: Equatable {
    case job(id: String)
    case image(job: String, filename: String)
    case pdf(job: String)
    case largeResult(job: String)
    case pages
    /// Below `/_emulator/`, with the segments after it.
    case control([String])
    case unknown

    init(path: some StringProtocol) {
        let segments = path.split(separator: "/", omittingEmptySubsequences: false)
            .dropFirst().map { PercentEncoding.decode($0) ?? "\u{0}" }
        switch segments.first {
        case "job" where segments.count == 2:
            self = .job(id: segments[1])
        case "large_results" where segments.count == 2:
            self = .largeResult(job: segments[1])
        case "pages" where segments.count == 1:
            self = .pages
        case "results" where segments.count == 3 && segments[2] == "pdf":
            self = .pdf(job: segments[1])
        case "results" where segments.count >= 4 && segments[2] == "images":
            self = .image(job: segments[1], filename: segments[3...].joined(separator: "/"))
        case "_emulator":
            self = .control(Array(segments.dropFirst()))
        default:
            self = .unknown
        }
    }
}
