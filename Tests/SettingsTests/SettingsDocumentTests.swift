import Foundation
import Testing

@testable import Settings

/// What the pages say of the settings is what the list of settings says.
@Suite("Pages about settings")
struct SettingsDocumentTests {
    private static func page(_ name: String) throws -> String {
        let root = (1...3).reduce(URL(fileURLWithPath: #filePath)) { path, _ in path.deletingLastPathComponent() }
        return try String(contentsOf: root.appending(path: name), encoding: .utf8)
    }

    @Test("S7.2: docs/settings.md has a row for every setting, with flag, variable, default and how a file has it")
    func page() throws {
        let rows = try Self.page("docs/settings.md").split(separator: "\n").filter { $0.hasPrefix("| `") }
        for setting in Setting.allCases {
            let row = rows.first { $0.hasPrefix("| `\(setting.name)` |") } ?? ""
            let cells = row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            #expect(
                cells == [
                    "`\(setting.name)`", setting.flag.map { "`\($0)`" } ?? "", "`\(setting.variable)`",
                    setting.kind.example, setting.standard, setting.meaning,
                ])
        }
        #expect(rows.count == Setting.allCases.count)
    }

    @Test("the README leads to every page, of settings too, and is short enough to be read")
    func readMe() throws {
        let root = (1...3).reduce(URL(fileURLWithPath: #filePath)) { path, _ in path.deletingLastPathComponent() }
        let text = try Self.page("README.md")
        let pages = try FileManager.default.contentsOfDirectory(atPath: root.appending(path: "docs").path)
            .filter { $0.hasSuffix(".md") }
        #expect(pages.contains("settings.md") && pages.count > 15)
        for page in pages { #expect(text.contains("(docs/\(page))"), "\(page)") }
        #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count <= 200)
    }
}
