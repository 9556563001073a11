import PulseFS
import System
package import SystemPackage

/// The place where a mount is to go and what mounting takes, looked at before: facts in, what is wrong out.
package struct MountGround: Sendable {
    enum Place: Sendable, Hashable { case free, filled, missing, file, unreadable(Errno) }

    var path: FilePath
    var place: Place
    /// Whether the user may write to the directory, and it is their own where others may write too (a sticky one).
    var isWritable = true
    var isRoot = true
    var device = MountSystem.Device.usable
    var helper = MountSystem.Helper.usable
    /// Other users are to see the mount, and may.
    var allowOther = false
    var allowsOthers = true
    /// The cache that the mount is to have, and how the two lie to each other where they must not.
    var cache: FilePath = ""
    var nesting: CacheNesting?

    /// One line that says what to do; nil when nothing is in the way.
    var problem: String? { nesting?.problem(path, cache) ?? placeProblem ?? systemProblem ?? userProblem }

    private var placeProblem: String? {
        switch place {
        case .free: nil
        case .filled: "\(path) is not empty: mount on an empty directory"
        case .missing: "\(path) does not exist: make it with: mkdir -p \(path)"
        case .file: "\(path) is not a directory: name one to mount on"
        case .unreadable(let cause): "cannot look at \(path) (\(cause)): name a directory of your own"
        }
    }

    private var systemProblem: String? {
        switch device {
        case .usable: nil
        case .missing:
            "there is no /dev/fuse: load the kernel module with: modprobe fuse; or start the container with: --device /dev/fuse"
        case .denied: "you may not open /dev/fuse: ask root to run: chmod 666 /dev/fuse"
        }
    }

    /// What fusermount3(1) would refuse, in fewer words.
    private var userProblem: String? {
        if isRoot { return nil }
        switch helper {
        case .usable: break
        case .missing: return "fusermount3 is missing: install it with: apt install fuse3"
        case .notPrivileged(let path):
            return "\(path) may not mount, as it is not setuid root: ask root to run: chmod u+s \(path)"
        }
        if !isWritable { return "\(path) is not yours to mount on: name a directory that you own and can write to" }
        if allowOther, !allowsOthers {
            return "--allow-other is for root alone: ask root to add the line user_allow_other to /etc/fuse.conf"
        }
        return nil
    }
}

extension MountGround {
    /// Looks at the directory itself: nothing is to be mounted there that may not answer.
    init(_ path: FilePath, cache: FilePath, allowOther: Bool, in system: MountSystem) {
        self.path = path
        self.cache = cache
        nesting = CacheNesting(mountpoint: path, cache: cache)
        do throws(Errno) {
            let facts = try EntryFacts.followed(path)
            if facts.kind == .directory {
                place = Self.isEmpty(path) ? .free : .filled
                let isOthers = facts.permissions & 0o1000 != 0 && facts.owner != system.user
                isWritable = path.isUsableByEffectiveUser(for: .writing) && !isOthers
            } else {
                place = .file
            }
        } catch {
            place = error == .noSuchFileOrDirectory ? .missing : .unreadable(error)
        }
        isRoot = system.user == 0
        device = system.deviceState
        helper = system.helperState
        self.allowOther = allowOther
        allowsOthers = system.allowsOthers
    }

    /// What cannot be listed is taken to be empty: mounting on it hides nothing that could be seen.
    package static func isEmpty(_ path: FilePath) -> Bool { DirectoryListing.isEmpty(path) ?? true }
}
