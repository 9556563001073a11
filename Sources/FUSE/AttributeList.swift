/// The names of a node's extended attributes as listxattr(2) gives them: each followed by a zero byte.
struct AttributeList {
    private(set) var bytes: [UInt8] = []

    /// Bytes of a value, or of all names with their ends, that the kernel takes (XATTR_SIZE_MAX, XATTR_LIST_MAX).
    static let longest = 65_536
    /// Bytes of a name (XATTR_NAME_MAX).
    private static let longestName = 255
    private static let prefix = "user."

    /// Whether a file system may have an attribute of this name. What is the system's own (`security.…`, `system.…`,
    /// `trusted.…`) is never a file system's in user space.
    static func mayHold(_ name: String) -> Bool {
        name.hasPrefix(prefix) && name.utf8.count > prefix.utf8.count && name.utf8.count <= longestName
            && !name.utf8.contains(0)
    }

    /// Names that do not fit are left out, so that the rest can be had; a name is never cut.
    init(_ names: [String]) {
        for name in names where Self.mayHold(name) {
            guard bytes.count + name.utf8.count < Self.longest else { return }
            bytes += name.utf8
            bytes.append(0)
        }
    }
}
