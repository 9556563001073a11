import Testing

@testable import Parts

@Suite("The list of parts")
struct PartListTests {
    @Test("S1.9 a result has as many parts as a job has inode numbers for, contents.md always among them")
    func most() {
        var list = PartList()
        let pages = PartList.most + 3
        for page in 1...pages { list.add("pages/\(page).md", 0..<1) }
        list.add("images.jsonl", 0..<1)
        list.add("contents.md", 0..<1)
        #expect(list.parts.count == PartList.most + 1)
        #expect(list.number(of: "contents.md") == PartList.most)
        #expect(list.number(of: "pages/\(pages).md") == nil)
        #expect(list.absences.map(\.path) == ["pages", "images.jsonl"])
        #expect(list.reason("pages/\(pages).md")?.contains("left out") == true)
    }
}
