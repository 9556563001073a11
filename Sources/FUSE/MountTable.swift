package import SystemPackage

/// One line of `/proc/self/mountinfo` (proc(5)).
package struct MountTableEntry: Sendable, Hashable {
    /// Minor number of the device; for FUSE it names the connection below /sys/fs/fuse/connections.
    package let minorDevice: UInt32
    /// Of this mount alone, while it lasts.
    package let identifier: UInt64
    /// Major and minor number of the device, as `8:1`: the same for every mount of one file system.
    package let device: String
    /// What of its file system is mounted here, as a path within that; other than `/` for a bind mount.
    package let root: FilePath
    package let mountpoint: FilePath
    /// Such as `fuse.pulsefs`.
    package let type: String
    package let source: String
    /// The user who mounted it, where the kind of file system says so, as FUSE does.
    package let owner: UInt32?

    package init(
        minorDevice: UInt32, identifier: UInt64 = 0, device: String = "", root: FilePath = "/", mountpoint: FilePath,
        type: String, source: String, owner: UInt32?
    ) {
        self.minorDevice = minorDevice
        (self.identifier, self.device, self.root) = (identifier, device, root)
        self.mountpoint = mountpoint
        self.type = type
        self.source = source
        self.owner = owner
    }
}

/// What is mounted, as this process sees it.
package enum MountTable {
    /// Empty when /proc cannot be read.
    package static func current() -> [MountTableEntry] {
        guard let file = try? FileDescriptor.open("/proc/self/mountinfo", .readOnly) else { return [] }
        defer { try? file.close() }
        var text: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16384)
        while let count = try? chunk.withUnsafeMutableBytes({ try file.read(into: $0) }), count > 0 {
            text += chunk[..<count]
        }
        return text.split(separator: UInt8(ascii: "\n")).compactMap { parse($0) }
    }

    /// Fields: id, parent, major:minor, root, mount point, options, tags…, "-", type, source, options.
    static func parse(_ line: ArraySlice<UInt8>) -> MountTableEntry? {
        let fields = line.split(separator: UInt8(ascii: " "))
        guard fields.count > 9, let dash = fields.dropFirst(6).firstIndex(where: { $0.elementsEqual([dashSign]) }),
            dash + 2 < fields.count, let identifier = UInt64(text(fields[0])),
            let minor = fields[2].split(separator: UInt8(ascii: ":")).last.flatMap({ UInt32(text($0)) })
        else { return nil }
        return MountTableEntry(
            minorDevice: minor, identifier: identifier, device: text(fields[2]), root: path(fields[3]),
            mountpoint: path(fields[4]), type: text(fields[dash + 1]), source: text(unescape(fields[dash + 2])[...]),
            owner: dash + 3 < fields.count ? owner(in: fields[dash + 3]) : nil)
    }

    private static let dashSign = UInt8(ascii: "-")
    private static let ownerOption = Array("user_id=".utf8)

    private static func owner(in options: ArraySlice<UInt8>) -> UInt32? {
        let option = options.split(separator: UInt8(ascii: ",")).first { $0.starts(with: ownerOption) }
        return option.flatMap { UInt32(text($0.dropFirst(ownerOption.count))) }
    }

    private static func text(_ field: ArraySlice<UInt8>) -> String { String(decoding: field, as: UTF8.self) }

    /// Names are bytes, whatever they are called in.
    private static func path(_ field: ArraySlice<UInt8>) -> FilePath {
        FilePath(platformString: unescape(field).map { CChar(bitPattern: $0) } + [0])
    }

    /// Blanks, tabs, newlines and backslashes are written as `\ooo`.
    private static func unescape(_ field: ArraySlice<UInt8>) -> [UInt8] {
        guard field.contains(UInt8(ascii: "\\")) else { return Array(field) }
        var bytes: [UInt8] = []
        var rest = field
        while let byte = rest.popFirst() {
            let digits = rest.prefix(3)
            if byte == UInt8(ascii: "\\"), digits.count == 3,
                let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
            {
                bytes.append(value)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return bytes
    }
}
