import ArgumentParser
import Foundation
import MountHost
import PulseFS
import Settings
import System
import SystemPackage

/// A mount in a process of its own: this program once more, with `--foreground`, that leaves the terminal when it is ready.
struct BackgroundMount {
    let run: MountRun

    private static let words = ["mount", "--foreground", "--detached"]
    private static let end = "--"

    /// What a pipe holds until someone reads it (pipe(7)); no key is as long, nor a secret.
    private static let longestKey = 4096

    /// Returns when the mount is usable; throws with what the other process said when it will not be.
    ///
    /// The key, and the secret of a store behind it, go through a pipe: the environment of a process can be read for as long as it lives.
    func start(_ surroundings: Surroundings) throws {
        var environment = surroundings.variables
        var key = Array((environment.removeValue(forKey: Secrecy.keyVariable) ?? "").utf8)
        if let secret = environment.removeValue(forKey: Secrecy.storeSecretVariable) { key += [0] + Array(secret.utf8) }
        let child: DetachedProcess
        do throws(Errno) {
            child = try DetachedProcess(
                Self.words + run.flags.words(in: surroundings.workingDirectory) + run.log.words + [
                    Self.end, run.directory,
                ],
                environment: environment,
                input: key.count <= Self.longestKey ? key : [])
        } catch {
            throw MountFailure("cannot start the process of the mount: \(error)")
        }
        // The child closes its end when it is ready, or by ending.
        let said = child.said()
        guard said.isEmpty else { return Terminal.announce(said.trimmingCharacters(in: .newlines)) }
        let code = child.end()
        throw ExitCode(code == 0 ? 1 : code)
    }

    /// The mount that another process has begun with these words, behind the program's name; nil for words that are not its.
    ///
    /// They need no parser that knows every command, which takes longer than the rest of the start.
    static func begun(with words: some Collection<String>) -> MountRun? {
        guard words.starts(with: Self.words), let directory = words.suffix(2).last, words.suffix(2).first == Self.end
        else { return nil }
        var run = MountRun(words: words.dropFirst(Self.words.count).dropLast(2), directory)
        run?.isDetached = true
        return run
    }

    /// The environment with what `start` has sent.
    static func received(_ environment: [String: String]) -> [String: String] {
        guard let input = try? FileHandle.standardInput.readToEnd(), !input.isEmpty else { return environment }
        let parts = input.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
        let names = [Secrecy.keyVariable, Secrecy.storeSecretVariable]
        let sent = zip(names, parts).filter { !$1.isEmpty }.map { ($0, String(decoding: $1, as: UTF8.self)) }
        return environment.merging(sent) { $1 }
    }

    /// Says that the mount is usable, and lets go of the terminal and of the working directory. False when nobody waits for
    /// that any more.
    static func leaveTerminal(saying line: String) -> Bool {
        let isHeard = (try? FileDescriptor.standardOutput.writeAll("\(line)\n".utf8)) != nil
        let nowhere = open("/dev/null", O_RDWR | O_CLOEXEC)
        for descriptor: Int32 in 0...2 { dup2(nowhere, descriptor) }
        close(nowhere)
        _ = FileManager.default.changeCurrentDirectoryPath("/")
        return isHeard
    }
}
