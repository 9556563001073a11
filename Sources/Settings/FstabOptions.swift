/// The options of mount(8) and fstab(5), as options of `pulsefs mount`.
package struct FstabOptions: Sendable {
    package struct Option: Hashable, Sendable {
        /// With dashes.
        package let name: String
        package let value: String?

        /// As a word of the command line.
        package var word: String { value.map { "--\(name)=\($0)" } ?? "--\(name)" }
    }

    package private(set) var options: [Option] = []
    /// What is mounted already is meant, and is to be what it is.
    package private(set) var isRemount = false

    /// Of the mount itself, of whoever mounts it, and of what a read-only mount is anyway. mount(8) adds `rw` where nothing is
    /// said.
    private static let meaningless: Set<String> = [
        "ro", "rw", "defaults", "auto", "noauto", "nofail", "_netdev", "user", "users", "nouser", "owner", "group",
        "suid",
        "nosuid", "dev", "nodev", "exec", "noexec", "atime", "noatime", "relatime", "norelatime", "strictatime",
        "nostrictatime", "lazytime", "nolazytime", "diratime", "nodiratime", "sync", "async", "dirsync", "iversion",
        "noiversion", "silent", "loud", "mand", "nomand", "symfollow", "nosymfollow", "comment",
        "remount",
    ]

    package init() {}

    /// Adds the options of one `-o`.
    package mutating func add(_ text: String) {
        for part in Self.split(text) where !part.isEmpty {
            // By bytes: a mark behind the sign would make another character of it.
            let name = String(decoding: part.utf8.prefix { $0 != UInt8(ascii: "=") }, as: UTF8.self)
            if name == "remount" { isRemount = true }
            guard !Self.meaningless.contains(name), !name.hasPrefix("x-"), !name.hasPrefix("X-") else {
                continue
            }
            let rest = part.utf8.dropFirst(name.utf8.count)
            let value = rest.isEmpty ? nil : String(decoding: rest.dropFirst(), as: UTF8.self)
            options.append(Option(name: name.replacing("_", with: "-"), value: value))
        }
    }

    /// Commas separate, but for those in double quotes and those after a backslash; `\\054` is a comma too, as fstab(5)
    /// writes bytes.
    private static func split(_ text: String) -> [String] {
        var parts: [[UInt8]] = [[]]
        var isQuoted = false
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""): isQuoted.toggle()
            case UInt8(ascii: ",") where !isQuoted: parts.append([])
            case UInt8(ascii: "\\"):
                let digits = rest.prefix(3)
                if digits.count == 3, let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 8) {
                    parts[parts.count - 1].append(value)
                    rest = rest.dropFirst(3)
                } else if let next = rest.popFirst() {
                    parts[parts.count - 1].append(next)
                }
            default: parts[parts.count - 1].append(byte)
            }
        }
        return parts.map { String(decoding: $0, as: UTF8.self) }
    }
}
