package import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Whether another user could change what a path leads to.
///
/// Everything on the way has to be this user's or root's, links included, and may be written by nobody else. In a user namespace
/// that has no number for root (`unshare -Ur`) all owners outside of it look alike, and are taken for root. In a directory
/// that others may write and that is sticky, such as `/tmp`, nobody can rename or remove what is not theirs (chmod(1)). A group
/// that has nobody in it but the user, as many distributions give to each, is no other.
package struct TrustedPath {
    /// Who or what is in the way of trust.
    package enum Distrust: Error, Hashable, Sendable {
        case owner(FilePath, UInt32)
        case writable(FilePath)
        /// More links than the kernel follows (path_resolution(7)).
        case links(FilePath)

        /// One sentence without its end: what is wrong with a file or directory, and the command that mends it. `subject` is
        /// what the path is of, for a directory on the way to it.
        package func words(_ subject: FilePath) -> String {
            switch self {
            case .owner(let path, let owner) where path == subject:
                "\(path) belongs to user \(owner): run chown \(geteuid()) \(path)"
            case .owner(let path, let owner):
                "\(path) belongs to user \(owner), who could replace \(subject): keep it in a directory of your own"
            case .writable(let path) where path == subject:
                "\(path) can be written by others: run chmod go-w \(path)"
            case .writable(let path):
                "\(path) can be written by others, who could replace \(subject): run chmod go-w \(path)"
            case .links(let path): "\(path) has too many symbolic links on its way"
            }
        }
    }

    /// As many links as the kernel follows.
    private static let mostLinks = 40

    /// Checks every directory and link on the way to `path`, and what it leads to; what does not exist is nobody's. `path` is
    /// absolute. Blocks on the disk.
    package static func check(_ path: FilePath) throws(Distrust) {
        var links = 0
        try walk(path, &links)
    }

    /// Returns the path without links; nil when it does not exist.
    @discardableResult
    private static func walk(_ path: FilePath, _ links: inout Int) throws(Distrust) -> FilePath? {
        var place = FilePath("/")
        try look(at: place)
        for (index, component) in path.components.enumerated() {
            switch component.kind {
            case .currentDirectory: continue
            case .parentDirectory:
                place.removeLastComponent()
                continue
            default: break
            }
            let next = place.appending(component)
            guard let mode = try look(at: next) else { return nil }
            guard mode & S_IFMT == S_IFLNK else {
                place = next
                continue
            }
            links += 1
            guard links <= mostLinks, let target = next.linkTarget else { throw .links(path) }
            var rest = target.isAbsolute ? target : place.pushing(target)
            rest.append(path.components.dropFirst(index + 1))
            return try walk(rest, &links)
        }
        return place
    }

    /// The mode of what has this name, checked; nil when nothing has.
    @discardableResult
    private static func look(at path: FilePath) throws(Distrust) -> mode_t? {
        var facts = stat()
        guard path.withPlatformString({ lstat($0, &facts) }) == 0 else { return nil }
        guard facts.st_uid == geteuid() || facts.st_uid == 0 || facts.st_uid == UserNamespace.outsider else {
            throw .owner(path, facts.st_uid)
        }
        switch facts.st_mode & S_IFMT {
        case S_IFDIR where facts.st_mode & S_ISVTX != 0: break
        // Of a link or a device the bits say nothing about the path.
        case S_IFDIR, S_IFREG: guard !isWritableByOthers(facts) else { throw .writable(path) }
        default: break
        }
        return facts.st_mode
    }

    private static func isWritableByOthers(_ facts: stat) -> Bool {
        if facts.st_mode & 0o002 != 0 { return true }
        return facts.st_mode & 0o020 != 0 && !PrivateGroup.isOwn(facts.st_gid)
    }
}

/// The group that a distribution makes for each user: of the user's name, the user's first, and without another member.
private enum PrivateGroup {
    /// Never for root, whose group is one like any other.
    static func isOwn(_ group: gid_t) -> Bool {
        let user = geteuid()
        guard user != 0 else { return false }
        var account = passwd()
        var foundAccount: UnsafeMutablePointer<passwd>?
        var names = [CChar](repeating: 0, count: 16_384)
        guard getpwuid_r(user, &account, &names, names.count, &foundAccount) == 0, foundAccount != nil,
            account.pw_gid == group, let userName = account.pw_name
        else { return false }
        var entry = COwnGroup()
        var found: UnsafeMutablePointer<COwnGroup>?
        var texts = [CChar](repeating: 0, count: 65_536)
        guard getgrgid_r(group, &entry, &texts, texts.count, &found) == 0, found != nil, let name = entry.gr_name,
            strcmp(name, userName) == 0
        else { return false }
        var member = entry.gr_mem
        while let next = member, let other = next.pointee {
            guard strcmp(other, userName) == 0 else { return false }
            member = next.advanced(by: 1)
        }
        return true
    }
}

private typealias COwnGroup = group
