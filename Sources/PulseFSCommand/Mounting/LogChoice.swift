import Logging
import MountHost
import PulseFS
import SystemPackage

/// Where the log of a mount goes, and how much is in it.
struct LogChoice: Sendable, Equatable {
    /// Nil for the system's log, or standard error.
    var file: String?
    /// Nil for what the environment says, or what is usual.
    var level: Logger.Level?

    private static let fileFlag = "--log-file="
    private static let levelFlags: [(flag: String, level: Logger.Level)] = [("--verbose", .debug), ("--quiet", .error)]

    /// The same choice as words of a command line.
    var words: [String] {
        (file.map { [Self.fileFlag + $0] } ?? []) + Self.levelFlags.filter { $0.level == level }.map(\.flag)
    }

    /// Takes a word that `words` has written; false for any other, and for one that contradicts those before.
    mutating func take(_ word: String) -> Bool {
        if word.hasPrefix(Self.fileFlag) {
            file = String(word.dropFirst(Self.fileFlag.count))
        } else if let known = Self.levelFlags.first(where: { $0.flag == word }), level == nil || level == known.level {
            level = known.level
        } else {
            return false
        }
        return true
    }

    /// From here on everything is logged there. Returns where that is.
    func install(
        mountpoint: FilePath, isDetached: Bool, environment: [String: String]
    ) throws(MountFailure) -> LogDestination {
        let destination: LogDestination
        if let file {
            let path = FilePath.absolute(file)
            // A mount that is there already may not answer, and is dealt with later.
            let isInside =
                path.starts(with: mountpoint) || MountedPath(path) != nil
                || !MountedDirectory.isMount(mountpoint)
                    && DirectoryLineage(path).isWithin(DirectoryLineage(mountpoint))
            guard !isInside else {
                throw MountFailure(
                    "the log \(path) would be in the mount, which is read-only: name another --log-file")
            }
            destination = .file(try LogFile(path))
        } else {
            destination = isDetached ? .system : .standardError(in: environment)
        }
        MountLogHandler.install(destination, level: level)
        return destination
    }
}
