import SystemPackage

/// The official tools' file: flat, with the API's address and the key. Whatever else is in it is theirs.
enum OfficialSettingsFile {
    private static let settings: [String: Setting] = ["api_url": .apiURL, "api_key": .apiKey]

    /// A file that cannot be used matters to those alone who find nothing before it.
    static func layer(_ path: FilePath) -> SettingsLayer? {
        let text: SettingsText
        do throws(SettingsText.Trouble) { text = try .trusted(path) } catch {
            guard error != .absent else { return nil }
            return .unusable(Array(settings.values), path, place: path.string, error.words)
        }
        do throws(TOMLDocument.Mistake) {
            let entries = try TOMLDocument(text.text).entries.filter { $0.path.count == 1 }
            return .file(
                path,
                entries.compactMap { entry in entry.path.first.flatMap { settings[$0] }.map { ($0, entry) } })
        } catch {
            return .unusable(Array(settings.values), path, place: "\(path):\(error.line)", error.words)
        }
    }
}
