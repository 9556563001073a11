import Foundation
import JSONStream
import PulseTestSupport
import Testing

@Suite("DataURIDecoder")
struct DataURIDecoderTests {
    private func decode(_ text: String, chunkSize: Int = 4096) throws -> [UInt8] {
        var decoder = DataURIDecoder(MemoryByteSource(text), literal: 0..<UInt64(text.utf8.count), chunkSize: chunkSize)
        var decoded: [UInt8] = []
        var chunk: [UInt8] = []
        while try decoder.next(into: &chunk) {
            #expect(!chunk.isEmpty)
            decoded += chunk
        }
        return decoded
    }

    private func failure(_ text: String, chunkSize: Int = 4096) -> JSONError? {
        do {
            _ = try decode(text, chunkSize: chunkSize)
            return nil
        } catch {
            return error as? JSONError
        }
    }

    @Test(
        "The body is decoded, whatever the chunk size",
        arguments: [
            (#""data:;base64,""#, ""), (#""data:,""#, ""), (#""data:,hello""#, "hello"),
            (#""data:text/plain,a%20b%2Cc""#, "a b,c"),
            (#""data:,100%""#, "100%"), (#""data:,%4""#, "%4"), (#""data:,%zz%41""#, "%zzA"), (#""data:,%%41""#, "%A"),
            (#""data:,é\u00e9\n""#, "éé\n"),
            (#""data:image/png;base64,aGVsbG8=""#, "hello"), (#""data:image/png;base64,aGVsbG8""#, "hello"),
            (#""data:;base64,aGk=""#, "hi"),
            (#""data:;base64,aA==""#, "h"), (#""data:;base64,aA""#, "h"), (#""data:;base64,aGVs""#, "hel"),
            (#""data:;BASE64,aGk=""#, "hi"),
            (#""data:;base64,aGV\nsbG\r\n8= ""#, "hello"), (#""data:image\/png;base64,Pz8\/""#, "???"),
            (#""data:;base64,aGk%3D""#, "hi"),
            (#""data:;base64,aG%6B%3d""#, "hi"), (#""data:image/png;name=a.png;base64,aGk=""#, "hi"),
            (#""data:;base64;x,aGk=""#, "aGk="),
            (#""data:;base64,a\u0047k=""#, "hi"), (#""da\u0074a:;base64\u002caGk=""#, "hi"), (#""data:a,b,c""#, "b,c"),
            (#""data:; base64 ,aGk=""#, "hi"),
        ])
    func decodesBody(_ literal: String, _ expected: String) throws {
        for size in [1, 2, 3, 7, 4096] {
            #expect(try decode(literal, chunkSize: size) == Array(expected.utf8), "chunk size \(size)")
        }
    }

    @Test(
        "Invalid base64 is refused at its byte",
        arguments: [
            (#""data:;base64,a*k=""#, 15), (#""data:;base64,aGk=a""#, 18), (#""data:;base64,aGVsb""#, 19),
            (#""data:;base64,=""#, 14),
            (#""data:;base64,a===""#, 15), (#""data:;base64,aGk==""#, 18), (#""data:;base64,aA=""#, 17),
            (#""data:;base64,a-_b""#, 15),
            (#""data:;base64,aG%k""#, 17), (#""data:;base64,aG\u00e9k""#, 16), (#""data:;base64,aGVs====""#, 18),
        ])
    func refusesInvalidBase64(_ literal: String, _ offset: UInt64) {
        for size in [1, 2, 3, 7, 4096] {
            let error = failure(literal, chunkSize: size)
            #expect(error?.code == .invalidBase64, "chunk size \(size)")
            #expect(error?.offset == offset, "chunk size \(size)")
        }
    }

    @Test("A string that is no data: URI, or has no comma near its beginning, is refused")
    func refusesOthers() {
        #expect(failure(#""https://x/y,z""#)?.code == .notADataURI)
        #expect(failure(#""data:image/png;base64""#)?.code == .notADataURI)
        #expect(failure(#""""#)?.code == .notADataURI)
        #expect(failure("\"data:" + String(repeating: "x", count: 5000) + ",\"")?.code == .notADataURI)
        #expect(failure("data:,x")?.code == .unexpectedByte)
    }

    @Test("Random bytes come back, with line breaks and escapes in the way")
    func agreesWithFoundation() throws {
        var generator = SeededGenerator(seed: 3)
        for size in 0..<200 {
            let bytes = (0..<size).map { _ in UInt8.random(in: 0...255, using: &generator) }
            var base64 = Data(bytes).base64EncodedString()
            if size % 2 == 0 { base64 = base64.replacing("=", with: "") }
            if size % 3 == 0 { base64 = base64.replacing("/", with: "\\/").replacing("A", with: "A\\n") }
            #expect(try decode("\"data:image/png;base64,\(base64)\"", chunkSize: 1 + size % 9) == bytes)
        }
    }
}

@Suite("DataURIHeader")
struct DataURIHeaderTests {
    @Test(
        "The media type is in lower case and without parameters, and that of a text when there is none",
        arguments: [
            ("data:image/png;base64,", "image/png"), ("data:image/JPG,", "image/jpg"),
            ("data:image/svg+xml;charset=utf-8,", "image/svg+xml"), ("data:,", "text/plain"),
            ("data:;charset=x,", "text/plain"), ("data:image/../../x,", "image/../../x"),
        ])
    func readsMediaType(_ uri: String, _ mediaType: String) throws {
        #expect(try #require(DataURIHeader(Array(uri.utf8))).mediaType == mediaType)
    }

    @Test("Other texts have no header", arguments: ["", "data", "data:", "data:image/png", "http://x,", "xdata:,"])
    func refusesOthers(_ text: String) {
        #expect(DataURIHeader(Array(text.utf8)) == nil)
    }
}
