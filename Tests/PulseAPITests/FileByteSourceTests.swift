import Foundation
import JSONStream
import PulseAPI
import PulseTestSupport
import Testing

@Suite("FileByteSource")
struct FileByteSourceTests {
    @Test("An answer in a file is read like one in memory")
    func readsFile() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "answer-\(UUID().uuidString).json")
        try Data(SampleAnswer.everything.utf8).write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        let file = try FileHandle(forReadingFrom: url)
        let source = FileByteSource(descriptor: file.fileDescriptor)
        for size in [1, 100, 100_000] {
            #expect(
                try JobAnswer.scan(source, chunkSize: size) == JobAnswer.scan(MemoryByteSource(SampleAnswer.everything))
            )
        }
    }

    @Test("The errno of a failed read is kept")
    func keepsErrno() {
        #expect {
            try JobAnswer.scan(FileByteSource(descriptor: -1))
        } throws: {
            ($0 as? JSONError)?.code == .unreadable(errno: EBADF)
        }
    }
}
