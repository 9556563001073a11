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

    func apply(to features: inout EmulatorFeatures) {
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
