import Testing
import Transfer

@testable import SharedStore

@Suite struct RequestSignerTests {
    struct Vector: Sendable, CustomTestStringConvertible {
        let name: String
        var method = "GET"
        var path = "/"
        var query: [(name: String, value: String)] = []
        var headers: [(String, String)] = []
        var body = ""
        let signed: String
        let signature: String
        var testDescription: String { name }

        var request: RequestSigner.Request {
            RequestSigner.Request(
                method: method, authority: "example.amazonaws.com", path: path, query: query,
                headers: HTTPFields(headers.map { .init(name: $0.0, value: $0.1) }), payload: .bytes(Array(body.utf8)))
        }
    }

    /// Of Amazon's test suite for version 4 (aws-sig-v4-test-suite).
    static let suite: [Vector] = [
        Vector(
            name: "get-vanilla", signed: "host;x-amz-date",
            signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        Vector(
            name: "post-vanilla", method: "POST", signed: "host;x-amz-date",
            signature: "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        Vector(
            name: "get-vanilla-query-order-key-case", query: [("Param2", "value2"), ("Param1", "value1")],
            signed: "host;x-amz-date", signature: "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
        Vector(
            name: "get-vanilla-query-order-key", query: [("Param1", "value2"), ("Param1", "Value1")],
            signed: "host;x-amz-date", signature: "eedbc4e291e521cf13422ffca22be7d2eb8146eecf653089df300a15b2382bd1"),
        Vector(
            name: "get-vanilla-query-order-value", query: [("Param1", "value2"), ("Param1", "value1")],
            signed: "host;x-amz-date", signature: "5772eed61e12b33fae39ee5e7012498b51d56abc0abb7c60486157bd471c4694"),
        Vector(
            name: "get-vanilla-empty-query-key", query: [("Param1", "value1")], signed: "host;x-amz-date",
            signature: "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"),
        Vector(
            name: "get-vanilla-utf8-query", query: [("ሴ", "bar")], signed: "host;x-amz-date",
            signature: "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"),
        Vector(
            name: "get-utf8", path: URIEncoding.path("/ሴ"), signed: "host;x-amz-date",
            signature: "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"),
        Vector(
            name: "get-unreserved",
            path: URIEncoding.path("/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"),
            signed: "host;x-amz-date", signature: "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"),
        Vector(
            name: "post-vanilla-query", method: "POST", query: [("Param1", "value1")], signed: "host;x-amz-date",
            signature: "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11"),
        Vector(
            name: "get-header-key-duplicate",
            headers: [("My-Header1", "value2"), ("My-Header1", "value2"), ("My-Header1", "value1")],
            signed: "host;my-header1;x-amz-date",
            signature: "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"),
    ]

    private static func credentials(_ secretKey: String, _ accessKey: String) throws -> StoreCredentials {
        try #require(StoreCredentials(accessKey: accessKey, secretKey: secretKey))
    }

    /// 2015-08-30T12:36:00Z.
    private static let suiteTime: Int64 = 1_440_938_160

    @Test(arguments: suite) func amazonsTestSuiteIsSignedAsPublished(vector: Vector) throws {
        let signer = RequestSigner(region: "us-east-1", service: "service", sendsDigest: false)
        let signed = signer.sign(
            vector.request, try Self.credentials("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "AKIDEXAMPLE"),
            at: Self.suiteTime)
        #expect(
            signed.headers["Authorization"]
                == "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
                + "SignedHeaders=\(vector.signed), Signature=\(vector.signature)")
        #expect(signed.headers["x-amz-date"] == "20150830T123600Z")
    }

    /// Of "Signature Calculations for the Authorization Header" in the API reference of S3.
    static let documented: [Vector] = [
        Vector(
            name: "GET Object", path: "/test.txt", headers: [("Range", "bytes=0-9")],
            signed: "host;range;x-amz-content-sha256;x-amz-date",
            signature: "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"),
        Vector(
            name: "PUT Object", method: "PUT", path: URIEncoding.path("/test$file.text"),
            headers: [("Date", "Fri, 24 May 2013 00:00:00 GMT"), ("x-amz-storage-class", "REDUCED_REDUNDANCY")],
            body: "Welcome to Amazon S3.", signed: "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
            signature: "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"),
        Vector(
            name: "GET Bucket Lifecycle", query: [("lifecycle", "")], signed: "host;x-amz-content-sha256;x-amz-date",
            signature: "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
        Vector(
            name: "Get Bucket (List Objects)", query: [("prefix", "J"), ("max-keys", "2")],
            signed: "host;x-amz-content-sha256;x-amz-date",
            signature: "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
    ]

    @Test(arguments: documented) func theExamplesOfS3AreSignedAsPublished(vector: Vector) throws {
        var request = vector.request
        request.authority = "examplebucket.s3.amazonaws.com"
        let signed = RequestSigner(region: "us-east-1").sign(
            request, try Self.credentials("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "AKIAIOSFODNN7EXAMPLE"),
            at: 1_369_353_600)
        let authorization = try #require(signed.headers["Authorization"])
        #expect(authorization.hasSuffix("SignedHeaders=\(vector.signed), Signature=\(vector.signature)"))
    }

    @Test func theTokenIsSignedToo() throws {
        let credentials = try #require(
            StoreCredentials(accessKey: "A", secretKey: "B", sessionToken: "token/with+signs=="))
        let signed = RequestSigner(region: "r").sign(
            .init(method: "GET", authority: "h", path: "/"), credentials, at: 0)
        #expect(signed.headers["x-amz-security-token"] == "token/with+signs==")
        #expect(try #require(signed.headers["Authorization"]).contains(";x-amz-security-token,"))
    }

    @Test func theQueryIsSortedAndEncoded() throws {
        let credentials = try #require(StoreCredentials(accessKey: "A", secretKey: "B"))
        let signed = RequestSigner(region: "r").sign(
            .init(
                method: "GET", authority: "h", path: "/",
                query: [("uploads", ""), ("prefix", "a b/ü+=&"), ("list-type", "2")]), credentials, at: 0)
        #expect(signed.query == "list-type=2&prefix=a%20b%2F%C3%BC%2B%3D%26&uploads=")
    }

    @Test(
        arguments: [
            (0, "19700101T000000Z"), (951_782_400, "20000229T000000Z"), (1_440_938_160, "20150830T123600Z"),
            (4_107_542_399, "21000228T235959Z"), (253_402_300_799, "99991231T235959Z"), (.max, "99991231T235959Z"),
            (.min, "19700101T000000Z"),
        ] as [(Int64, String)]) func timesAreDatesOfTheCalendar(seconds: Int64, stamp: String)
    {
        #expect(CalendarTime(seconds: seconds).stamp == stamp)
    }

    @Test func datesThatAnswersHaveAreReadAndOthersAreNot() {
        #expect(CalendarTime.seconds("2015-08-30T12:36:00Z") == Self.suiteTime)
        #expect(CalendarTime.seconds("2015-08-30T12:36:00.123Z") == Self.suiteTime)
        #expect(CalendarTime.seconds("2015-08-30T14:36:00+02:00") == Self.suiteTime)
        for text in [
            "", "2015-08-30", "2015-13-30T12:36:00Z", "2015-08-30T25:36:00Z", "2015-08-30T12:36:00",
            "2015-08-30T12:36:00+2", "99999-08-30T12:36:00Z", "2015-08-30T12:36:00+99:99", "1969-08-30T12:36:00Z",
            "2015-08-30T12:36:00.Zx", String(repeating: "9", count: 100),
        ] {
            #expect(CalendarTime.seconds(text) == nil, "\(text)")
        }
        for seconds in stride(from: Int64(0), to: 9_000_000_000, by: 86_399 * 1237) {
            let stamp = CalendarTime(seconds: seconds).stamp
            let parts = Array(stamp)
            let text =
                "\(String(parts[0..<4]))-\(String(parts[4..<6]))-\(String(parts[6..<8]))T"
                + "\(String(parts[9..<11])):\(String(parts[11..<13])):\(String(parts[13..<15]))Z"
            #expect(CalendarTime.seconds(text) == seconds)
        }
    }
}
