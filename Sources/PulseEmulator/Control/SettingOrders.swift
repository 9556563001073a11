/// The body of `PUT /_emulator/latency`, for example `{"milliseconds": 20, "prefix": "/results/"}`.
struct LatencyOrder: Decodable {
    var milliseconds: Int
    var path: String?
    var prefix: String?
    var regex: String?

    var pattern: RequestPattern { RequestPattern(path: path, prefix: prefix, regex: regex) }
}

/// The body of `PUT /_emulator/features`, for example `{"head": false}`. What is absent stays.
struct FeatureOrder: Decodable {
    var head: Bool?
    var ranges: Bool?
    var errorShape: ErrorShape?
    /// When a link to a result is used up: `last-byte`, `first-byte` or `asked`.
    var linkSpending: String?
    var linkRefusesOverlaps: Bool?
    var linkRanges: Bool?
    var gzip: Bool?

    func apply(to features: inout EmulatorFeatures) {
        features.links.spending =
            linkSpending.flatMap(LinkRules.Spending.init(rawValue:)) ?? features.links.spending
        features.links.refusesOverlaps = linkRefusesOverlaps ?? features.links.refusesOverlaps
        features.links.ranges = linkRanges ?? features.links.ranges
        features.gzip = gzip ?? features.gzip
        features.head = head ?? features.head
        features.ranges = ranges ?? features.ranges
        features.errorShape = errorShape ?? features.errorShape
    }
}

/// The body of `POST /_emulator/keys`.
struct KeyOrder: Decodable {
    var value: String
    var alias: String
    var organization: String

    var emulatedKey: EmulatedKey {
        EmulatedKey(
            value: value, alias: alias, organization: EmulatedOrganization(id: organization))
    }
}
