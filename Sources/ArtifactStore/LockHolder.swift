import System
import SystemPackage

/// The process that holds a lock on a file (flock(2)), as proc(5) tells it.
package struct LockHolder: Sendable, Hashable, CustomStringConvertible {
    package let process: Int32
    /// Its name (comm), for people.
    package let name: String
    /// It was stopped by a signal or a debugger, and does nothing until it is continued.
    package let isStopped: Bool

    package var description: String { "process \(process) (\(name)\(isStopped ? ", stopped" : ""))" }

    /// Nil when nobody holds it, or nobody that can be seen from here: locks of another machine or pid namespace have no
    /// process.
    init?(ofFileAt path: FilePath) {
        guard let file = FileIdentity(of: path), let locks = SmallFile.text("/proc/locks") else { return nil }
        // `1: FLOCK  ADVISORY  WRITE 1234 fe:00:5678 0 EOF`; lines of those who wait have `->` behind the number.
        let inode = ":\(file.number)"
        let holder = locks.split(separator: "\n").lazy.compactMap { line -> Int32? in
            let words = line.split(separator: " ")
            guard words.count >= 6, words[1] == "FLOCK", words[5].hasSuffix(inode) else { return nil }
            return Int32(words[4]).flatMap { $0 > 0 ? $0 : nil }
        }.first
        guard let holder, let stat = SmallFile.text(FilePath("/proc/\(holder)/stat")),
            let end = stat.lastIndex(of: ")"),
            let begin = stat.firstIndex(of: "("), begin < end
        else { return nil }
        process = holder
        name = String(stat[stat.index(after: begin)..<end])
        let state = stat[stat.index(after: end)...].first { $0 != " " }
        isStopped = state == "T" || state == "t"
    }
}
