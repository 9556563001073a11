import PulseAPI
import System
import SystemPackage

/// A process that keeps a mount from being unmounted.
struct MountUser: Sendable, Hashable {
    let process: Int32
    let name: String
    /// In words, each once.
    let uses: [String]

    /// Those that this user may look at, without this process. Reads what /proc says of them, never the mount, which may not answer.
    static func all(of mountpoint: FilePath, in proc: FilePath = "/proc") -> [MountUser] {
        let numbers = DirectoryListing.names(in: proc).compactMap { Int32($0) }.sorted()
        return numbers.compactMap { number in
            guard number != ThisProcess.identifier else { return nil }
            let directory = proc.appending("\(number)")
            let uses = uses(of: mountpoint, directory)
            guard !uses.isEmpty else { return nil }
            let name = SmallFile.text(directory.appending("comm"))?.prefix { !$0.isNewline }
            return MountUser(process: number, name: PrintableText.line(String(name ?? "a process")), uses: uses)
        }
    }

    /// Such as `bash (process 7: working directory)`.
    var description: String { "\(name) (process \(process): \(uses.joined(separator: ", ")))" }

    /// The first few, as part of a sentence.
    static func sentence(_ users: [MountUser]) -> String {
        let most = 5
        let named = users.prefix(most).map(\.description).joined(separator: ", ")
        return users.count > most ? "\(named) and \(users.count - most) more" : named
    }

    private static func uses(of mountpoint: FilePath, _ process: FilePath) -> [String] {
        let isInside = { (path: String) in path == mountpoint.string || path.hasPrefix("\(mountpoint.string)/") }
        let isLinked = { (name: FilePath) in name.linkTarget.map { isInside($0.string) } ?? false }
        var uses = [("cwd", "working directory"), ("root", "root directory"), ("exe", "program")].compactMap {
            isLinked(process.appending($0.0)) ? $0.1 : nil
        }
        let descriptors = process.appending("fd")
        if DirectoryListing.names(in: descriptors).contains(where: { isLinked(descriptors.appending($0)) }) {
            uses.append("open file")
        }
        // The path is the last field, and may hold blanks (proc_pid_maps(5)).
        let maps = (SmallFile.text(process.appending("maps")) ?? "").split(separator: "\n")
        if maps.contains(where: { line in line.firstIndex(of: "/").map { isInside(String(line[$0...])) } ?? false }) {
            uses.append("mapped file")
        }
        return uses
    }
}
