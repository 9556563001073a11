#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What a mount says of itself: `.pulsefs/mount`, a JSON object in which every key is always there.
package struct MountFacts: Sendable, Hashable, Codable {
    /// The process that serves the mount.
    package var pid: Int32
    package var api: String
    /// Requests to the API are kept back, as it did not answer.
    package var isAPIKeptBack: Bool
    /// One of `KeyWatch.words`.
    package var key: String
    /// Why nothing is shown that only a good key reads; nil when it is.
    package var closed: String?
    /// The directory of the cache.
    package var cache: String
    /// UTC.
    package var mountedAt: String
    package var uptimeSeconds: Int64
    package var version: String
    /// The store that machines share; nil without one.
    package var store: StoreFacts?

    package struct StoreFacts: Sendable, Hashable, Codable {
        /// `ok`, `away` or `refused`.
        package var health: String
        /// What the last reading took; nil before the first.
        package var milliseconds: Int?
        /// Bytes that wait to be uploaded.
        package var waitingBytes: UInt64

        private enum CodingKeys: String, CodingKey {
            case health, milliseconds
            case waitingBytes = "waiting_bytes"
        }

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(health, forKey: .health)
            try container.encode(milliseconds, forKey: .milliseconds)
            try container.encode(waitingBytes, forKey: .waitingBytes)
        }
    }

    private enum CodingKeys: String, CodingKey {
        case pid, api, key, closed, cache, version, store
        case isAPIKeptBack = "api_kept_back"
        case mountedAt = "mounted_at"
        case uptimeSeconds = "uptime_seconds"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(pid, forKey: .pid)
        try container.encode(api, forKey: .api)
        try container.encode(isAPIKeptBack, forKey: .isAPIKeptBack)
        try container.encode(key, forKey: .key)
        try container.encode(closed, forKey: .closed)
        try container.encode(cache, forKey: .cache)
        try container.encode(mountedAt, forKey: .mountedAt)
        try container.encode(uptimeSeconds, forKey: .uptimeSeconds)
        try container.encode(version, forKey: .version)
        try container.encode(store, forKey: .store)
    }

    /// The content of the file.
    var text: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        // Of numbers and text alone, an object can be made.
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) + "\n" } ?? "{}\n"
    }

    /// Nil for what is no such file.
    package init?(json: [UInt8]) {
        guard let facts = try? JSONDecoder().decode(MountFacts.self, from: Data(json)) else { return nil }
        self = facts
    }
}
