import PulseAPI

/// A name from outside as what it is to the kernel, to the network and in a result: its bytes.
///
/// Two texts that look alike are two names here (`é` as one scalar, or as `e` and an accent), where two strings would be equal.
package struct FileName: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    package init(_ text: String) { self.text = text }

    package var description: String { text }

    package static func == (one: FileName, other: FileName) -> Bool { one.text.utf8.elementsEqual(other.text.utf8) }

    package func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}

extension FileName: Comparable {
    /// By bytes, as `LC_ALL=C ls` sorts.
    package static func < (one: FileName, other: FileName) -> Bool {
        one.text.utf8.lexicographicallyPrecedes(other.text.utf8)
    }
}

/// What may be a file name here.
extension FileName {
    /// Bytes of UTF-8 (NAME_MAX).
    static let longest = 255

    package static func isSafe(_ name: String) -> Bool {
        guard !name.isEmpty, name != ".", name != "..", name.utf8.count <= longest else { return false }
        // What leads elsewhere once a server has decoded it is asked of nobody.
        if name.utf8.contains(where: { "%\\".utf8.contains($0) }), PathSegment(encoding: name).climbs { return false }
        return name.unicodeScalars.allSatisfy { scalar in
            scalar != "/" && scalar.value >= 0x20 && !(0x7f..<0xa0).contains(scalar.value)
        }
    }

    /// Up to five letters and digits after the last dot.
    package static func suffix(of name: String) -> String? {
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return nil }
        let suffix = name[name.index(after: dot)...]
        guard (1...5).contains(suffix.count), suffix.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) }) else {
            return nil
        }
        return String(suffix)
    }

    /// Looked for by file managers, search programs and web servers in every directory, and of no image unless a result says so.
    package static func isOfDesktop(_ name: String) -> Bool {
        name.utf8.first == UInt8(ascii: ".") || desktopNames.contains(FileName(name.lowercased()))
    }

    private static let desktopNames: Set<FileName> = [
        FileName("thumbs.db"), FileName("ehthumbs.db"), FileName("desktop.ini"), FileName("autorun.inf"),
        FileName("index.html"), FileName("index.htm"), FileName("index.php"), FileName("favicon.ico"),
    ]
}
