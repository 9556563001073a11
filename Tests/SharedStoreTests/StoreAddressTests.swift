import Testing

@testable import SharedStore

@Suite struct StoreAddressTests {
    @Test(arguments: [
        ("s3://bucket", "bucket", ""), ("s3://bucket/", "bucket", ""),
        ("s3://my.bucket-1/a/b c/ü/", "my.bucket-1", "a/b c/ü"),
    ]) func anAddressHasABucketAndAPrefix(text: String, bucket: String, prefix: String) throws {
        let address = try StoreAddress(text)
        #expect(address.bucket == bucket)
        #expect(address.prefix == prefix)
    }

    @Test(arguments: [
        "", "bucket", "http://bucket", "S3://bucket", "s3://", "s3:///a", "s3://ab", "s3://Bucket", "s3://buck_et",
        "s3://-bucket", "s3://bucket-", "s3://bu..cket", "s3://bucket//a", "s3://bucket/a//b", "s3://bucket/a//",
        "s3://bucket/.", "s3://bucket/a/../b", "s3://bucket/a\u{0}b", "s3://bucket/a\nb", "s3://user@bucket/a",
        "s3://bucket/" + String(repeating: "a", count: 513), "s3://" + String(repeating: "b", count: 64),
    ]) func whatIsNoAddressIsRefused(text: String) {
        #expect(throws: StoreAddress.Mistake.self) { try StoreAddress(text) }
    }

    @Test(arguments: [
        ("https://host", "https://host", false), ("https://Host:443/", "https://host", false),
        ("http://127.0.0.1:8333", "http://127.0.0.1:8333", true), ("http://localhost:80", "http://localhost", true),
        ("http://[::1]:9000", "http://[::1]:9000", true),
        ("https://host/storage/v1/s3/", "https://host/storage/v1/s3", false),
        ("http://10.0.0.1", "http://10.0.0.1", false),
    ]) func anEndpointIsAServer(text: String, shown: String, isLoopback: Bool) throws {
        let endpoint = try StoreEndpoint(text)
        #expect(endpoint.description == shown)
        #expect(endpoint.isLoopback == isLoopback)
    }

    @Test(arguments: [
        "", "host", "ftp://host", "https://", "https:///a", "https://user:secret@host", "https://host:0",
        "https://host:65536", "https://host:", "https://ho st", "https://host/a?b", "https://host/a#b", "https://[::1",
        "https://[nonsense]", "https://host\r\n.evil", "https://host/%41",
    ]) func whatIsNoServerIsRefused(text: String) {
        #expect(throws: StoreAddress.Mistake.self) { try StoreEndpoint(text) }
    }

    @Test func aBucketStandsInThePathOrBeforeTheHost() throws {
        let key = try #require(ObjectKey("1/j/ab/cd"))
        let address = try StoreAddress("s3://bucket/team a")
        let amazon = StoreLocation(address, region: "eu-west-1").place(of: key, region: "eu-west-1")
        #expect(amazon.authority == "bucket.s3.eu-west-1.amazonaws.com")
        #expect(amazon.path == "/team%20a/1/j/ab/cd")
        #expect(
            StoreLocation(address).place(of: nil, region: "cn-north-1").authority
                == "bucket.s3.cn-north-1.amazonaws.com.cn")
        let own = StoreLocation(address, endpoint: try StoreEndpoint("http://127.0.0.1:8333/base"))
        #expect(own.place(of: key, region: "x").path == "/base/bucket/team%20a/1/j/ab/cd")
        #expect(own.place(of: nil, region: "x").path == "/base/bucket")
        let dotted = StoreLocation(try StoreAddress("s3://my.bucket"))
        #expect(dotted.place(of: key, region: "us-east-1").authority == "s3.us-east-1.amazonaws.com")
    }

    @Test func keysAreOfFewCharacters() {
        for text in ["a", "1/j/ab/cd", "pulsefs.json", "keep/a/result-0"] { #expect(ObjectKey(text) != nil) }
        for text in [
            "", "/a", "a/", "a//b", "A", "a b", "a/../b", ".", "ü", "a%2fb", String(repeating: "a", count: 257),
        ] {
            #expect(ObjectKey(text) == nil, "\(text)")
        }
    }
}
