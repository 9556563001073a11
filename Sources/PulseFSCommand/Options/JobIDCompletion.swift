import ArgumentParser
import ArtifactStore
import Foundation
import PulseAPI
import PulseFS
import Settings
import System
import SystemPackage

/// What a shell offers when Tab is pressed where the id of a job stands: the jobs that the cache knows. Makes no request, runs no
/// program for the key, and says nothing when it cannot look.
enum JobIDCompletion {
    /// Those that became known last, if there are more: nobody reads on.
    private static let most = 1000

    static let ids = CompletionKind.custom { words, index, prefix in
        quietly { ids(words, index, prefix) }
    }

    /// Ids, and the directory that `pulsefs export` writes to.
    static let idsOrDirectories = CompletionKind.custom { words, index, prefix in
        quietly { (prefix.contains("/") ? [] : ids(words, index, prefix)) + directories(prefix) }
    }

    /// What is said while a command line is typed would be in the middle of it.
    private static func quietly(_ body: () -> [String]) -> [String] {
        let nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC)
        dup2(nowhere, STDERR_FILENO)
        close(nowhere)
        return body()
    }

    /// `index` is the place of the word that is typed, of which `prefix` is there.
    private static func ids(_ words: [String], _ index: Int, _ prefix: String) -> [String] {
        let sources = SettingsSources(flags(words), .process)
        guard let settings = try? LocalSettings(sources),
            let store = CacheOpening.openForLook(settings.cacheDirectory, limits: settings.cacheLimits)
        else { return [] }
        // Without a key those of all keys are offered, as the cache is the user's.
        let key = sources.runsProgramForKey ? nil : try? Settings(sources).key
        let fingerprint = key.map { key in key.withSecret { store.fingerprint(ofKey: $0) } }
        let present = Set(words.enumerated().filter { $0.offset != index }.map(\.element))
        var found: [String] = []
        var last = JobOrdinal(0)
        while let page = try? store.knownJobs(
            origin: "\(settings.origin)", fingerprint: fingerprint, after: last, limit: 1024), let end = page.last
        {
            last = end.ordinal
            found += page.lazy.map(\.id).filter { $0.hasPrefix(prefix) && !present.contains($0) }
        }
        return found.suffix(most)
    }

    /// The options that say which cache is meant, as they stand on the line.
    private static func flags(_ words: [String]) -> SettingsFlags {
        func value(_ option: String) -> String? {
            for (number, word) in words.enumerated().reversed() {
                if word.hasPrefix("\(option)=") { return plain(String(word.dropFirst(option.utf8.count + 1))) }
                if word == option, number + 1 < words.count { return plain(words[number + 1]) }
            }
            return nil
        }
        return SettingsFlags(
            [.cacheDirectory: value("--cache-dir"), .apiURL: value("--api-url"), .apiKeyFile: value("--api-key-file")],
            config: value("--config"), profile: value("--profile"))
    }

    /// Shells hand words over as they are typed.
    private static func plain(_ word: String) -> String {
        let text = word.filter { $0 != "\"" && $0 != "'" && $0 != "\\" }
        guard text.hasPrefix("~/") else { return text }
        return FileManager.default.homeDirectoryForCurrentUser.path + text.dropFirst(1)
    }

    private static func directories(_ prefix: String) -> [String] {
        let parent = prefix.lastIndex(of: "/").map { String(prefix[...$0]) } ?? ""
        let name = prefix.dropFirst(parent.count)
        let place = parent.isEmpty ? "." : plain(parent)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
        return names.sorted().filter { entry in
            guard entry.hasPrefix(name), name.hasPrefix(".") || !entry.hasPrefix(".") else { return false }
            var isDirectory: ObjCBool = false
            let isThere = FileManager.default.fileExists(atPath: "\(place)/\(entry)", isDirectory: &isDirectory)
            return isThere && isDirectory.boolValue
        }.map { "\(parent)\($0)/" }
    }
}
