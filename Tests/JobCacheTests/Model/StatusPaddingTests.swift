import Testing

@testable import JobCache

@Suite("Status padding")
struct StatusPaddingTests {
    private func padded(_ text: String, after previous: Int? = nil, isRunning: Bool = true) -> String {
        String(
            decoding: StatusPadding.padded(Array(text.utf8), after: previous, isRunning: isRunning), as: UTF8.self)
    }

    private func document(_ status: String) -> String { "{\n  \"job_id\": \"a\",\n  \"status\": \"\(status)\"\n}\n" }

    @Test(
        "while a job goes on the size stays, and the text is the same but for white space before its end; at its end it is as it came"
    )
    func sameSize() {
        var size: Int?
        for status in ["pending", "processing", "pending", "in_review_by_human"] {
            let text = padded(document(status), after: size)
            #expect(size == nil || text.utf8.count == size, "\(status)")
            size = text.utf8.count
            #expect(text.hasSuffix(" \n"))
            #expect(text.split(separator: "}").first ?? "" == document(status).split(separator: "}").first ?? "")
            #expect(text.filter { $0 != " " } == document(status).filter { $0 != " " })
        }
        #expect(padded(document("completed"), after: size, isRunning: false) == document("completed"))
    }

    @Test("a job that had ended when it was first seen is shown as it came, also the second time")
    func asItCame() {
        let text = document("completed")
        #expect(padded(text, isRunning: false) == text)
        #expect(padded(text, after: text.utf8.count, isRunning: false) == text)
    }

    @Test("a document that has grown beyond its room is a larger one, and one that has shrunk by much a smaller one")
    func otherSizes() {
        let long = document(String(repeating: "a", count: 400))
        let first = padded(document("pending"))
        #expect(padded(long, after: first.utf8.count, isRunning: false) == long)
        #expect(padded(document("pending"), after: long.utf8.count) == first)
    }

    @Test("text without a newline at its end, and none at all, are padded too")
    func odd() {
        #expect(padded("{}").utf8.count == 64 && padded("{}").hasPrefix("{} "))
        #expect(padded("").utf8.count == 64)
        #expect(padded("", isRunning: false).isEmpty)
    }
}
