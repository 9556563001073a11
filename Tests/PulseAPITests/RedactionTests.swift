import Foundation
import Testing

@testable import PulseAPI

@Suite("Redaction of the key")
struct RedactionTests {
    private static let secret = "sk-Ab3/+xyz~09?Q"

    private static let disguises = [
        secret, secret.utf8.map { "%" + String($0, radix: 16) }.joined(), "sk-Ab3%2F%2Bxyz~09%3FQ",
        "sk-Ab3%252F%252Bxyz~09%253FQ", "\\u0073k-Ab3/+xyz~09?Q", "\\\\u0073k-Ab3\\\\u002f+xyz~09?Q",
        "%5Cu0073k-Ab3/+xyz~09?Q", Data(secret.utf8).base64EncodedString(),
        Data("a\(secret)".utf8).base64EncodedString(),
        Data("ab\(secret)c".utf8).base64EncodedString(),
        Data(secret.utf8).base64EncodedString().replacing("/", with: "_").replacing("+", with: "-"),
        Data(secret.utf8).base64EncodedString().replacing("=", with: "%3D"),
    ]

    @Test("S4.3 the key is found in every disguise, and what stands around it stays", arguments: disguises)
    func found(disguise: String) throws {
        let key = try #require(APIKey(Self.secret))
        let known = key.redacted("before \(disguise) after")
        #expect(known.hasPrefix("before ") && known.hasSuffix(" after") && known.contains("<API key>"), "\(known)")
        #expect(!known.contains("Ab3"))
    }

    @Test(
        "what holds no key comes back as it is", arguments: ["", "100 % of it", "a%20b \\u0041 \\ %", "ZZZZZZZZZZZZ=="])
    func unchanged(text: String) throws {
        #expect(try #require(APIKey(Self.secret)).redacted(text) == text)
    }

    @Test("S4.3 it is found with a mark behind it, which makes another character of its last one", arguments: disguises)
    func foundBesideMarks(disguise: String) throws {
        let known = try #require(APIKey(Self.secret)).redacted("\u{301}\(disguise)\u{301}\u{308} after")
        #expect(known.contains("<API key") && !known.utf8.contains(Array("Ab3".utf8)), "\(known)")
    }
}
