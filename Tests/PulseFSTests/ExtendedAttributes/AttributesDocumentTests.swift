import Foundation
import Testing

@testable import PulseFS

@Suite("The page about extended attributes")
struct AttributesDocumentTests {
    @Test("docs/attributes.md names every attribute in its table, and no other")
    func page() throws {
        let root = (1...4).reduce(URL(fileURLWithPath: #filePath)) { path, _ in path.deletingLastPathComponent() }
        let text = try String(contentsOf: root.appending(path: "docs/attributes.md"), encoding: .utf8)
        let cells = text.split(separator: "\n").filter { $0.hasPrefix("| `user.") }.compactMap {
            $0.split(separator: "|").first
        }
        let names = cells.flatMap { $0.split(separator: ",") }.map { $0.trimmingCharacters(in: ["`", " "]) }
        #expect(names.sorted() == ExtendedAttribute.allCases.map(\.rawValue).sorted())
    }
}
