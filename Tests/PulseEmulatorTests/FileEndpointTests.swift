import PulseEmulator
import PulseEmulatorFixtures
import Testing

/// Images and PDFs: bytes, ranges, HEAD.
@Suite struct FileEndpointTests {
    private static let path = "/results/pictures/images/image_0002.png"

    private static let configuration = EmulatorConfiguration(
        jobs: [.syntheticImages(id: "pictures", count: 3, size: 10_000)])

    private static let content = SyntheticImage(size: 10_000, seed: 2).bytes

    @Test func anImageIsServedAsOftenAsWanted() async throws {
        try await Emulator.with(Self.configuration) { emulator in
            for _ in 1...2 {
                let answer = try await RawClient(emulator).send("GET", Self.path)
                #expect(answer.status == 200)
                #expect(answer.headers["content-type"] == "image/png")
                #expect(answer.headers["accept-ranges"] == "bytes")
                #expect(answer.body == Self.content)
            }
        }
    }

    @Test(arguments: [
        ("bytes=0-99", 0..<100), ("bytes=9990-", 9990..<10_000), ("bytes=-10", 9990..<10_000),
        ("bytes=4000-99999", 4000..<10_000),
    ])
    func aRangeIsServed(header: String, range: Range<Int>) async throws {
        try await Emulator.with(Self.configuration) { emulator in
            let answer = try await RawClient(emulator).send(
                "GET", Self.path, headers: ["Range": header])
            #expect(answer.status == 206)
            #expect(
                answer.headers["content-range"]
                    == "bytes \(range.lowerBound)-\(range.upperBound - 1)/10000")
            #expect(answer.body == Array(Self.content[range]))
            #expect(emulator.requests().first?.range == header)
        }
    }

    @Test func aRangeBeyondTheEndIs416() async throws {
        try await Emulator.with(Self.configuration) { emulator in
            let answer = try await RawClient(emulator).send(
                "GET", Self.path, headers: ["Range": "bytes=10000-"])
            #expect(answer.status == 416)
            #expect(answer.headers["content-range"] == "bytes */10000")
        }
    }

    @Test func rangesCanBeSwitchedOff() async throws {
        try await Emulator.with(Self.configuration) { emulator in
            emulator.setFeatures { $0.ranges = false }
            let answer = try await RawClient(emulator).send(
                "GET", Self.path, headers: ["Range": "bytes=0-99"])
            #expect(answer.status == 200)
            #expect(answer.headers["accept-ranges"] == "none")
            #expect(answer.body.count == 10_000)
        }
    }

    @Test func conditionsFollowTheEntityTag() async throws {
        try await Emulator.with(Self.configuration) { emulator in
            let client = RawClient(emulator)
            let tag = try #require(try await client.send("GET", Self.path).headers["etag"])
            let same = try await client.send("GET", Self.path, headers: ["If-None-Match": tag])
            #expect(same.status == 304)
            #expect(same.body.isEmpty)
            let good = ["Range": "bytes=5-9", "If-Range": tag]
            #expect(try await client.send("GET", Self.path, headers: good).status == 206)
            let stale = ["Range": "bytes=5-9", "If-Range": "\"other\""]
            #expect(try await client.send("GET", Self.path, headers: stale).status == 200)
        }
    }

    @Test func headTellsTheLengthWithoutABody() async throws {
        try await Emulator.with(Self.configuration) { emulator in
            let answer = try await RawClient(emulator).send("HEAD", Self.path)
            #expect(answer.status == 200)
            #expect(answer.headers["content-length"] == "10000")
            #expect(answer.body.isEmpty)
        }
    }

    @Test func headCanBeSwitchedOff() async throws {
        try await Emulator.with(Self.configuration) { emulator in
            emulator.setFeatures { $0.head = false }
            let answer = try await RawClient(emulator).send("HEAD", Self.path)
            #expect(answer.status == 405)
            #expect(answer.body.isEmpty)
            #expect(try await RawClient(emulator).send("GET", Self.path).status == 200)
        }
    }

    @Test func anImageOfAnySizeIsStreamed() async throws {
        let size = 3_000_001
        let job = EmulatedJob.syntheticImages(id: "large", count: 1, size: size)
        try await Emulator.with(EmulatorConfiguration(jobs: [job])) { emulator in
            let answer = try await RawClient(emulator).send("GET", "/results/large/images/image_0001.png")
            #expect(answer.headers["content-length"] == String(size))
            #expect(answer.body == SyntheticImage(size: size, seed: 1).bytes)
            #expect(emulator.requests().first?.bytesSent == size)
        }
    }

    @Test func namesOfAnyScriptAreServed() async throws {
        try await Emulator.with { emulator in
            let job = try #require(emulator.job("image-names-collection"))
            #expect(job.images.contains { $0.filename.utf8.count > 255 })
            for image in job.images {
                let answer = try await RawClient(emulator).send("GET", image.path(job: job.id))
                #expect(answer.status == 200)
                #expect(answer.body == image.content.bytes(in: 0..<image.content.count))
            }
        }
    }

    @Test func aFormHasAPDF() async throws {
        try await Emulator.with { emulator in
            let path = "/results/form-supplier-registration/pdf"
            let answer = try await RawClient(emulator).send("GET", path)
            #expect(answer.headers["content-type"] == "application/pdf")
            #expect(answer.text.hasPrefix("%PDF-1.4\n"))
            #expect(answer.text.hasSuffix("%%EOF\n"))
        }
    }
}
