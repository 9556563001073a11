#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

// How facts stand in a blob's label. The names are part of the layout of the cache.

extension StoredJob: Codable {
    private enum CodingKeys: String, CodingKey {
        case origin, id, status, terminal, created, updated, checked, document, explanation, largeResult, pages, title,
            kind
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            origin: try values.decode(String.self, forKey: .origin), id: try values.decode(String.self, forKey: .id),
            status: try values.decode(String.self, forKey: .status),
            isTerminal: try values.decode(Bool.self, forKey: .terminal),
            createdAt: try values.decodeIfPresent(Int64.self, forKey: .created).map(Timestamp.init(nanoseconds:)),
            updatedAt: try values.decodeIfPresent(Int64.self, forKey: .updated).map(Timestamp.init(nanoseconds:)),
            checkedAt: Timestamp(nanoseconds: try values.decode(Int64.self, forKey: .checked)),
            statusDocument: Array(try values.decode(Data.self, forKey: .document)),
            explanation: try values.decodeIfPresent(String.self, forKey: .explanation),
            largeResultURL: try values.decodeIfPresent(String.self, forKey: .largeResult))
        pageCount = try values.decodeIfPresent(Int.self, forKey: .pages)
        title = try values.decodeIfPresent(String.self, forKey: .title)
        kind = try values.decodeIfPresent(String.self, forKey: .kind)
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(origin, forKey: .origin)
        try values.encode(id, forKey: .id)
        try values.encode(status, forKey: .status)
        try values.encode(isTerminal, forKey: .terminal)
        try values.encodeIfPresent(createdAt?.nanoseconds, forKey: .created)
        try values.encodeIfPresent(updatedAt?.nanoseconds, forKey: .updated)
        try values.encode(checkedAt.nanoseconds, forKey: .checked)
        try values.encode(Data(statusDocument), forKey: .document)
        try values.encodeIfPresent(explanation, forKey: .explanation)
        try values.encodeIfPresent(largeResultURL, forKey: .largeResult)
        try values.encodeIfPresent(pageCount, forKey: .pages)
        try values.encodeIfPresent(title, forKey: .title)
        try values.encodeIfPresent(kind, forKey: .kind)
    }
}

extension ArtifactSlot: Codable {
    package init(from decoder: any Decoder) throws { self.init(try decoder.singleValueContainer().decode(Int.self)) }

    package func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        try value.encode(rawValue)
    }
}

extension KeyFingerprint: Codable {
    package init(from decoder: any Decoder) throws {
        self.init(bytes: Array(try decoder.singleValueContainer().decode(Data.self)))
    }

    package func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        try value.encode(Data(bytes))
    }
}
