import PulseAPI
import System
import SystemPackage

/// Where an API key stands in a file.
enum KeyFile {
    /// From a file that holds the key and nothing else.
    static func read(_ path: FilePath, sharedBits: UInt16 = 0) throws(SettingsProblem) -> APIKey {
        let file = try text(path)
        try check(file, sharedBits: sharedBits)
        guard let key = APIKey(file.text) else {
            throw noKey(in: path)
        }
        return key
    }

    /// From a file that systemd made for this service: 0400, and of the service's user, or of root with a list of who
    /// else may read, which shows as a right of root's group.
    static func readCredential(_ path: FilePath) throws(SettingsProblem) -> APIKey {
        try read(path, sharedBits: 0o040)
    }

    /// From a value in a file of settings; `names` are those on the way to it.
    static func read(_ path: FilePath, at names: [String]) throws(SettingsProblem) -> APIKey {
        let file = try text(path)
        try check(file, sharedBits: 0)
        let document: TOMLDocument
        do throws(TOMLDocument.Mistake) { document = try TOMLDocument(file.text) } catch {
            throw SettingsProblem(error.words, at: "\(path):\(error.line)")
        }
        let entry = document.entries.first { $0.path == names }
        guard case .string(let text) = entry?.value, let key = APIKey(text) else {
            throw SettingsProblem("\(path) holds no API key: write it after \(names.joined(separator: "."))")
        }
        return key
    }

    private static func check(_ file: SettingsText, sharedBits: UInt16) throws(SettingsProblem) {
        try file.checkSecrecy(sharedBits: sharedBits)
        do throws(SettingsText.Trouble) { try file.checkTrust() } catch {
            throw SettingsProblem("the API key is not taken from a file that \(error.words)")
        }
    }

    private static func text(_ path: FilePath) throws(SettingsProblem) -> SettingsText {
        do throws(SettingsText.Trouble) { return try SettingsText(path) } catch {
            switch error {
            case .absent, .unreadable:
                throw SettingsProblem(
                    "cannot read the API key from \(path), which \(error.words): name another file with --api-key-file")
            case .notAFile: throw SettingsProblem("\(path) is not a file: name one that holds the API key")
            case .notText: throw noKey(in: path)
            case .untrusted: throw SettingsProblem("the API key is not taken from a file that \(error.words)")
            }
        }
    }

    private static func noKey(in path: FilePath) -> SettingsProblem {
        SettingsProblem("\(path) holds no API key: it should hold the key, in one line, and nothing else")
    }
}
