/// What a `Range` header asks of a body (RFC 9110, section 14.2).
enum ByteRange: Equatable {
    /// No range, or one that a server may ignore: several ranges, another unit, broken syntax.
    case whole
    case part(Range<Int>)
    /// The range lies outside the body.
    case unsatisfiable

    init(header: String?, count: Int) {
        guard let header, header.hasPrefix("bytes="), !header.contains(",") else {
            self = .whole
            return
        }
        let spec = header.dropFirst("bytes=".count)
        guard let dash = spec.firstIndex(of: "-") else {
            self = .whole
            return
        }
        let first = spec[..<dash].filter { $0 != " " }
        let last = spec[spec.index(after: dash)...].filter { $0 != " " }
        switch (Int(first), Int(last)) {
        case (let first?, let last?) where first <= last && first >= 0:
            self = first < count ? .part(first..<min(last, count - 1) + 1) : .unsatisfiable
        case (let first?, nil) where last.isEmpty && first >= 0:
            self = first < count ? .part(first..<count) : .unsatisfiable
        case (nil, let suffix?) where first.isEmpty && suffix >= 0:
            self = suffix > 0 && count > 0 ? .part(max(0, count - suffix)..<count) : .unsatisfiable
        default:
            self = .whole
        }
    }
}
