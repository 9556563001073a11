import Foundation
import Testing

@testable import PulseEmulator

@Suite struct JSONWriterTests {
    private func text(_ node: JSONNode) -> String {
        String(decoding: JSONWriter.bytes(of: node, origin: "http://host:1"), as: UTF8.self)
    }

    @Test func keysStayInOrder() {
        #expect(text(["b": 1, "a": [true, .null], "c": [:]]) == #"{"b":1,"a":[true,null],"c":{}}"#)
    }

    @Test func stringsAreEscapedWhereJSONDemandsIt() {
        #expect(text("a\"b\\c\n\r\t\u{1}\u{1F}é") == #""a\"b\\c\n\r\t\u0001\u001fé""#)
    }

    @Test(arguments: [
        (JSONNode.decimal(3, places: 1), "3.0"), (.decimal(0.08, places: 4), "0.0800"),
        (.decimal(-1.25, places: 2), "-1.25"), (.decimal(-0.001, places: 1), "0.0"),
        (.decimal(7.6, places: 0), "8"), (.verbatim("1.0e3"), "1.0e3"),
        (.hosted("/results/x"), #""http://host:1/results/x""#),
    ])
    func numbersAndURLsHaveOneSpelling(node: JSONNode, expected: String) {
        #expect(text(node) == expected)
    }
}
