import PulseFS
import System

extension MountPlace {
    static let name = "mountpoint"

    static let notAsked = Checkup(name, .skipped, "no directory was named", remedy: "pulsefs doctor DIR")
    static let tooSlow = Checkup(
        name, .failure, "the directory does not answer",
        remedy: "check that its disk or network file system is available"
    )

    var checkup: Checkup {
        let word = ShellWord.quoted(path)
        let unmount = "pulsefs unmount --lazy \(word)"
        return switch state {
        case .absent: failure("does not exist", "mkdir -p \(word)")
        case .unreachable(let cause): failure("cannot be read (\(cause))", "ls -ld \(word)")
        case .notADirectory: failure("is not a directory", "name another, such as: mkdir -p ~/pulse")
        case .notEmpty: failure("is not empty", "name an empty one, such as: mkdir -p ~/pulse")
        case .free(let owner, let isWritable) where user != 0 && (owner != user || !isWritable):
            failure(
                "belongs to user \(owner), or cannot be written, so fusermount3 cannot mount on it",
                "sudo chown \(user) \(word) && chmod u+rwx \(word)")
        case .free: Checkup(Self.name, .ok, "\(path) is an empty directory and can be mounted on")
        case .inside(let mountpoint): failure("lies in the mount on \(mountpoint)", "name a directory outside it")
        case .foreign(let type):
            failure("is a mount of another kind (\(type))", "name another directory, such as: mkdir -p ~/pulse")
        case .serving(let version): Checkup(Self.name, .ok, "\(path) is mounted and answers: \(version)")
        case .nested(let nesting, let cache):
            Checkup(
                Self.name, .failure, nesting.problem(path, cache), remedy: "pulsefs doctor \(word) --cache-dir DIR")
        case .stale: warning("is a mount whose process is gone", unmount)
        case .stuck: failure("is a mount that does not answer", unmount)
        case .closed(let cause):
            warning("is a mount that this user may not read (\(cause))", "ask the user who mounted it, or root")
        }
    }

    private func failure(_ words: String, _ remedy: String) -> Checkup {
        Checkup(Self.name, .failure, "\(path) \(words)", remedy: remedy)
    }

    private func warning(_ words: String, _ remedy: String) -> Checkup {
        Checkup(Self.name, .warning, "\(path) \(words)", remedy: remedy)
    }
}
