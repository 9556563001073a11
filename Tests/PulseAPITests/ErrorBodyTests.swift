import Testing

@testable import PulseAPI

@Suite("Error body")
struct ErrorBodyTests {
    private func body(_ text: String) -> ErrorBody { ErrorBody(Array(text.utf8)) }

    @Test(
        "every shape of the API gives its code and message",
        arguments: [
            (#"{"error": {"code": "AUTH_002", "message": "Bad key.", "details": {}}}"#, "AUTH_002", "Bad key."),
            (#"{"error": "Bad key."}"#, nil, "Bad key."), (#"{"detail": "Bad key."}"#, nil, "Bad key."),
            (#"{"detail": {"code": "X", "message": "Bad key."}}"#, nil, "Bad key."),
            (#"{"detail": [{"loc": ["path"], "msg": "Bad key."}, {"msg": "more"}]}"#, nil, "Bad key."),
            (#"{"code": "X", "message": "Bad key."}"#, "X", "Bad key."),
            (#"{"error": {"code": 7, "message": "Bad key."}}"#, nil, "Bad key."),
            (#"{"detail": "Bad key.", "code": 404}"#, nil, "Bad key."),
            (#"{"message": "Bad key.", "code": {"a": 1}}"#, nil, "Bad key."),
            (#"{"error": null, "detail": "Bad key."}"#, nil, "Bad key."),
        ] as [(String, String?, String?)])
    func shapes(text: String, code: String?, message: String?) {
        #expect(body(text).code == code)
        #expect(body(text).message == message)
    }

    @Test(
        "JSON that says nothing gives nothing",
        arguments: ["{}", #"{"error": 5}"#, #"{"detail": []}"#, #"{"error": {}}"#])
    func silent(text: String) {
        #expect(body(text).code == nil && body(text).message == nil)
    }

    @Test("a page of a proxy is shown as its words, without its tags")
    func page() {
        let page = "<html>\n<head><title>502 Bad Gateway</title></head>\n<body><h1>502</h1></body></html>\n"
        #expect(body(page).code == nil)
        let message = body(page).message
        #expect(message?.hasPrefix("the answer is not JSON: 502 Bad Gateway") == true)
        #expect(message?.contains("<") == false)
    }

    @Test("nothing, or bytes that are no text, are survived")
    func garbage() {
        #expect(body("").message == nil)
        #expect(body(" \n").message == nil)
        #expect(body("{\"error\": \"cut").message?.contains("cut") == true)
        #expect(ErrorBody([0xFF, 0xFE, 0, 1, 2]).message?.contains("\u{1}") == false)
    }

    @Test("nothing from outside breaks a line or controls a terminal")
    func oneLine() {
        let message = body(#"{"error": {"code": "A\nB", "message": "a\r\nb\u001b[31mc\u0000d\u0085e\u2028f\tg"}}"#)
        #expect(message.code == "A B")
        #expect(message.message == "a b [31mc d e f g")
        let page = body("a\n\u{1b}[2Jb\u{7}").message
        #expect(page == "the answer is not JSON: a [2Jb")
    }

    @Test("S4.3 lengths are bounded, in bytes too")
    func bounds() {
        let long = String(repeating: "x", count: 60_000)
        let structured = body("{\"error\": {\"code\": \"\(long)\", \"message\": \"\(long)\"}}")
        #expect(structured.code?.count == 65 && structured.message?.count == 501)
        #expect(structured.message?.hasSuffix("…") == true)
        #expect((body(long).message?.count ?? 0) < 300)
        let stacked = "a" + String(repeating: "\u{301}", count: 20_000)
        #expect((body("{\"error\": \"\(stacked)\"}").message?.utf8.count ?? .max) < 4096)
    }
}
