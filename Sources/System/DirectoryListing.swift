import Quantities
package import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The names in a directory as far as they can be read; unless it is said, one behind a symbolic link is none.
package enum DirectoryListing {
    /// Bytes that the files directly in a directory take on the disk, but for those whose names begin with this. Asked often,
    /// while files come and go: by names as they are, with no path made of them.
    package static func allocated(in path: FilePath, withoutNamesLike prefix: StaticString? = nil) -> UInt64 {
        guard let stream = try? DirectoryStream(path) else { return 0 }
        let directory = stream.descriptor
        var total: UInt64 = 0
        let read = { (name: UnsafePointer<CChar>) -> UInt64 in
            if let prefix, prefix.begins(name) { return 0 }
            var facts = stat()
            guard fstatat(directory, name, &facts, AT_SYMLINK_NOFOLLOW) == 0, facts.st_mode & S_IFMT == S_IFREG
            else { return 0 }
            return UInt64(max(0, facts.st_blocks)) *| 512
        }
        while let size = (try? stream.next(read)) ?? nil { total +|= size }
        return total
    }

    /// Whether there is no name in it, behind links; nil when it cannot be listed.
    package static func isEmpty(_ path: FilePath) -> Bool? {
        guard let stream = try? DirectoryStream(path, followsLink: true) else { return nil }
        return ((try? stream.next { _ in true }) ?? nil) == nil
    }

    /// Empty when it cannot be read.
    package static func names(in path: FilePath) -> [String] {
        guard let stream = try? DirectoryStream(path) else { return [] }
        var names: [String] = []
        while let name = (try? stream.next { String(cString: $0) }) ?? nil { names.append(name) }
        return names
    }
}

extension StaticString {
    fileprivate func begins(_ name: UnsafePointer<CChar>) -> Bool {
        withUTF8Buffer { begin in
            begin.baseAddress.map {
                strncmp(name, UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self), begin.count)
            } == 0
        }
    }
}
