import Dispatch
package import JobCache
package import PulseAPI
package import System
package import SystemPackage

/// Where the key comes from, and so whether another can come.
package enum KeySupply: KeyOrigin {
    /// The environment or a test: the key is what it was at the start.
    case fixed
    /// A file that holds the key and nothing else.
    case file(FilePath)
    /// The same, made by systemd for this service.
    case credential(FilePath)
    /// A value in a file of settings, and the names on the way to it.
    case entry(of: FilePath, [String])
    /// A program that prints the key.
    case command(KeyCommand)

    /// The key as it stands there now; nil when it cannot have changed. Throws with what is wrong with the file or the
    /// program. Blocks the calling thread: for a program as long as it runs.
    func read() throws(SettingsProblem) -> APIKey? {
        switch self {
        case .fixed: nil
        case .file(let path): try KeyFile.read(path)
        case .credential(let path): try KeyFile.readCredential(path)
        case .entry(let path, let names): try KeyFile.read(path, at: names)
        case .command(let command): try command.run()
        }
    }

    /// Whether reading the key runs a program, which may ask its user something.
    package var isProgram: Bool { if case .command = self { true } else { false } }

    /// As `read`, but a program runs on a thread of its own.
    package func readAside() async throws(KeyUnreadable) -> APIKey? {
        do throws(SettingsProblem) { return try await readApart() } catch {
            throw KeyUnreadable(error.message, description: error.description)
        }
    }

    private func readApart() async throws(SettingsProblem) -> APIKey? {
        guard case .command(let command) = self else { return try read() }
        let outcome = await withCheckedContinuation {
            (ended: CheckedContinuation<Result<APIKey, SettingsProblem>, Never>) in
            DispatchQueue(label: "pulsefs.key").async {
                do throws(SettingsProblem) {
                    ended.resume(returning: .success(try command.run()))
                } catch { ended.resume(returning: .failure(error)) }
            }
        }
        return try outcome.get()
    }

    /// What tells the file from what it becomes; nil for what is no file, and for a file that is not there.
    package var version: FileVersion? {
        switch self {
        case .fixed, .command: nil
        case .file(let path), .credential(let path), .entry(let path, _): FileVersion(of: path)
        }
    }
}
