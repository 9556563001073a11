import Quantities

/// Reads a page of names as S3 lists them (ListObjectsV2).
enum S3ListPage {
    private static let longestToken = 4096

    /// Nil for what is no list. `prefix` is what stands before the names of the store, and is taken away.
    static func parsed(_ body: [UInt8], below prefix: String) -> ObjectPage? {
        guard let root = try? XMLElement(body), root.name == "ListBucketResult" else { return nil }
        let isEncoded = root.text("EncodingType")?.lowercased() == "url"
        var entries: [ObjectPage.Entry] = []
        var foreign = 0
        for child in root.children where child.name == "Contents" {
            if let entry = entry(child, below: prefix, isEncoded: isEncoded) {
                entries.append(entry)
            } else {
                foreign += 1
            }
        }
        var next: String?
        if root.text("IsTruncated") == "true" {
            // Without a token the next page would be this one again.
            guard let token = root.text("NextContinuationToken"), (1...longestToken).contains(token.utf8.count) else {
                return nil
            }
            next = token
        }
        return ObjectPage(entries: entries, foreign: foreign, next: next)
    }

    private static func entry(_ element: XMLElement, below prefix: String, isEncoded: Bool) -> ObjectPage.Entry? {
        guard let name = element.text("Key"), let whole = isEncoded ? URIEncoding.decoded(name) : name,
            whole.utf8.starts(with: prefix.utf8),
            let key = ObjectKey(String(decoding: whole.utf8.dropFirst(prefix.utf8.count), as: UTF8.self)),
            let size = element.text("Size").flatMap({ ByteCount(digits: $0) })
        else { return nil }
        return ObjectPage.Entry(
            key: key, etag: element.text("ETag").flatMap { ETag($0) }, size: size,
            modified: element.text("LastModified").flatMap { CalendarTime.seconds($0) })
    }
}
