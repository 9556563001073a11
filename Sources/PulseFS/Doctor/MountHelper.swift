import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// fusermount3(1), which mounts for users who are not root.
struct MountHelper: Sendable, Hashable {
    struct Program: Sendable, Hashable {
        var path: FilePath
        var owner: UInt32
        /// Its setuid bit counts.
        var isSetuid: Bool
        /// As it says itself; nil when it does not.
        var version: String?
    }

    /// Nil when there is none.
    var program: Program?
    var isRoot: Bool

    /// Starts it, to ask for its version. Blocks for two seconds at most.
    static func here(_ machine: Machine, _ surroundings: Surroundings) -> MountHelper {
        // libfuse looks where it was built to, then in PATH.
        let places = ["/usr/bin"] + (surroundings.variable("PATH") ?? "").split(separator: ":").map(String.init)
        for place in places {
            let path = FilePath(place).appending("fusermount3")
            var facts = stat()
            guard stat(path.string, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG,
                access(path.string, X_OK) == 0
            else { continue }
            let said = BriefProgram.run([path.string, "--version"], within: 2)?.output
            let version = said?.split(whereSeparator: \.isWhitespace).last.map(String.init)
            return MountHelper(
                program: Program(
                    path: path, owner: facts.st_uid, isSetuid: facts.st_mode & S_ISUID != 0 && !isPowerless(path),
                    version: version),
                isRoot: machine.isRoot)
        }
        return MountHelper(program: nil, isRoot: machine.isRoot)
    }

    /// On a disk whose setuid bits mean nothing.
    private static func isPowerless(_ path: FilePath) -> Bool {
        var facts = statvfs()
        return statvfs(path.string, &facts) == 0 && facts.f_flag & UInt(ST_NOSUID) != 0
    }

    static let tooSlow = Checkup(
        "fusermount3", .failure, "fusermount3 does not answer", remedy: "fusermount3 --version")

    var checkup: Checkup {
        let outcome: Checkup.Outcome = isRoot ? .warning : .failure
        guard let program else {
            return Checkup(
                "fusermount3", outcome, "fusermount3 is missing\(isRoot ? ", which root alone can do without" : "")",
                remedy: "sudo apt install fuse3")
        }
        let name = "\(program.path)\(program.version.map { " \($0)" } ?? "")"
        guard program.owner == 0, program.isSetuid else {
            let reason =
                program.owner == 0 ? "has no setuid bit that counts" : "belongs to user \(program.owner), not to root"
            let path = ShellWord.quoted(program.path)
            return Checkup(
                "fusermount3", outcome, "\(name) \(reason)\(isRoot ? ": root alone can mount" : "")",
                remedy: "sudo chown root: \(path) && sudo chmod 4755 \(path)")
        }
        return Checkup("fusermount3", .ok, "\(name) is setuid root")
    }
}
