import JSONStream
import PulseAPI
import Testing

@Suite("MediaType")
struct MediaTypeTests {
    @Test(
        "The media type of a data: URI names the extension of a file, and only one from the table",
        arguments: [
            ("data:image/png;base64,", "png"), ("data:image/jpeg;base64,", "jpg"), ("data:image/JPG,", "jpg"),
            ("data:image/gif,", "gif"), ("data:image/svg+xml;charset=utf-8,", "svg"), ("data:image/webp,", "webp"),
            ("data:image/tiff,", "tif"), ("data:image/bmp,", "bmp"), ("data:,", "bin"), ("data:;charset=x,", "bin"),
            ("data:image/../../x,", "bin"), ("data:application/pdf,", "bin"),
        ])
    func namesExtension(_ uri: String, _ fileExtension: String) throws {
        let header = try #require(DataURIHeader(Array(uri.utf8)))
        #expect(MediaType.fileExtension(for: header.mediaType) == fileExtension)
    }
}
