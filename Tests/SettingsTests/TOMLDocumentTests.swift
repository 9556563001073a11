import Testing

@testable import Settings

@Suite("TOML document")
struct TOMLDocumentTests {
    private func lines(_ text: String) throws -> [String: Int] {
        try TOMLDocument(text).entries.reduce(into: [:]) { $0[$1.path.joined(separator: ".")] = $1.line }
    }

    @Test("every value has the line in which it begins, whatever comes before it")
    func lines() throws {
        let text = """
            \u{feff}# comment

            a = "x"   # trailing
            b = [
              "one",
              # [not.a.table]
              "two",
            ]
            c = \"\"\"
            d = "no value"
            [neither]
            \"\"\"
            [t]
            e = 1
            [t . "quoted name"]
            f = true
            g.h = 0o17
            i = { j = 1, k = "x" }
            """
        #expect(
            try lines(text) == [
                "a": 3, "b": 4, "c": 9, "t": 13, "t.e": 14, "t.quoted name": 15, "t.quoted name.f": 16,
                "t.quoted name.g": 17, "t.quoted name.g.h": 17, "t.quoted name.i": 18, "t.quoted name.i.j": 18,
                "t.quoted name.i.k": 18,
            ])
    }

    @Test("a table at the beginning, lines that end as on Windows, and a last line without an end")
    func ends() throws {
        #expect(try lines("\u{feff}[t]\r\na = 1\r\n\r\n[u]\r\nb = 2") == ["t": 1, "t.a": 2, "u": 4, "u.b": 5])
        #expect(try lines("").isEmpty && lines("\n\n# x").isEmpty)
    }

    @Test(
        "a value has its type",
        arguments: [
            ("\"x\"", .string("x")), ("'x\\'", .string("x\\")), ("7", .integer(7, isOctal: false)),
            ("0o77", .integer(63, isOctal: true)), ("true", .boolean(true)), ("[\"a\", \"b\"]", .strings(["a", "b"])),
            ("[]", .strings([])), ("[1]", .other), ("1.5", .other), ("2024-01-01", .other), ("{}", .table),
        ] as [(String, TOMLDocument.Value)])
    func types(text: String, value: TOMLDocument.Value) throws {
        #expect(try TOMLDocument("a = \(text)\n").entries.first?.value == value)
    }

    @Test(
        "S4.3 a mistake has its line, and nothing of what stands there",
        arguments: [
            "api-key = secret-7", "api-key = \"secret-7", "api-key = 'a' secret-7", "api-key secret-7", "secret-7",
            "api-key = \"\\q secret-7\"", "api-key = 0xsecret-7", "api-key = 7secret-7", "a = 1\u{0}secret-7",
            "secret-7 = 1\nsecret-7 = 2", "[secret-7]\n[secret-7]",
        ])
    func mistakes(text: String) {
        let mistake = #expect(throws: TOMLDocument.Mistake.self) { try TOMLDocument("b = 1\n" + text) }
        #expect(
            mistake?.words.contains("secret-7") == false && mistake?.words.isEmpty == false, "\(mistake?.words ?? "")")
        let line = text.contains("\n") ? 3 : text.contains("\0") ? 1 : 2
        #expect(mistake?.line == line)
    }

    @Test(
        "a header without a name is a mistake in its line, and does not end the process",
        arguments: ["[", "[ ", "[[", "[=]", "[.a]", "[é]", "[[=]]", "[\u{1}]", "[#]", "[\r\n]", "[{]", "[\\]"])
    func nameless(header: String) {
        #expect(throws: TOMLDocument.Mistake.self) { try TOMLDocument(header) }
        do throws(TOMLDocument.Mistake) {
            _ = try TOMLDocument("a = [\n[1], [\"=\"],\n]\nb = '''\n[=]\n'''\n# [=]\n[t]\n\(header)\n")
        } catch {
            #expect(error.line == 9, "\(error)")
        }
    }

    @Test("brackets in values, strings and comments are no headers")
    func noHeaders() throws {
        let text = #"""
            a = [
              [1, 2],
              [
              3],
            ]
            b = """
            [=] \"""" [=
            [=]"""
            c = '''[=
            [='''
            d = "[=" # [=
            [ t ]
            e = [{ f = '[=' }]
            """#
        #expect(TOMLHeaders.firstWithoutName(in: text) == nil)
    }
}
