import CFuse

/// One answer to `readdir` or `readdirplus`: as many entries as fit into what the kernel asked for.
struct DirectoryPage {
    private(set) var bytes: [UInt8]
    /// Entries that carry attributes, each of which is a reference the kernel then holds.
    private(set) var references = 0
    private let capacity: Int
    private let plus: Bool

    /// The least room one entry can take, so that nobody gathers more entries than could fit.
    static func leastEntrySize(plus: Bool) -> Int { plus ? 152 : 32 }

    init(capacity: Int, plus: Bool) {
        self.capacity = capacity
        self.plus = plus
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    /// False when the entry does not fit; the page is then complete.
    mutating func append(
        _ request: fuse_req_t, name: String, node: NodeID, kind: NodeKind, entry: Entry?, next: UInt64
    ) -> Bool {
        var parameters = fuse_entry_param()
        if plus, let entry {
            parameters = entry.parameters
        } else {
            // Node 0: a plain entry of which the kernel learns only number and kind.
            parameters.attr.st_ino = UInt(node.rawValue)
            parameters.attr.st_mode = kind.mode
        }
        let start = bytes.count
        let room = capacity - start
        let needed = name.withCString {
            plus
                ? fuse_add_direntry_plus(request, nil, 0, $0, nil, 0)
                : fuse_add_direntry(request, nil, 0, $0, nil, 0)
        }
        guard needed <= room else { return false }
        bytes.append(contentsOf: repeatElement(0, count: needed))
        bytes.withUnsafeMutableBytes { buffer in
            let place = buffer.baseAddress.map { ($0 + start).assumingMemoryBound(to: CChar.self) }
            name.withCString { name in
                if plus {
                    _ = fuse_add_direntry_plus(request, place, room, name, &parameters, Int(next))
                } else {
                    _ = fuse_add_direntry(request, place, room, name, &parameters.attr, Int(next))
                }
            }
        }
        if parameters.ino != 0 { references += 1 }
        return true
    }
}
