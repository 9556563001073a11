import Foundation
import NIOCore
import PulseEmulator
import Testing

/// Every fault as a client sees it that hides nothing.
@Suite struct FaultTests {
    private static let path = "/results/pictures/images/image_0001.png"
    private static let content = SyntheticImage(size: 200_000, seed: 1).bytes
    private static let configuration = EmulatorConfiguration(
        jobs: [.syntheticImages(id: "pictures", count: 1, size: 200_000)])

    private func answer(to effect: Fault.Effect) async throws -> RawAnswer {
        try await Emulator.with(Self.configuration) { emulator in
            emulator.set(effect, on: .path(Self.path))
            return try await RawClient(emulator).send("GET", Self.path)
        }
    }

    @Test func aStatusWithShapeAndHeaders() async throws {
        let answer = try await answer(
            to: .status(429, shape: .detail, headers: [("Retry-After", "7")]))
        #expect(answer.status == 429)
        #expect(answer.headers["retry-after"] == "7")
        #expect(answer.text == #"{"detail":"Rate limit exceeded. Try again later."}"#)
    }

    @Test(arguments: [
        (402, "BILLING_001"), (429, "RATE_001"), (500, "GENERAL_001"), (503, "GENERAL_003"),
    ])
    func aStatusHasItsUsualCode(status: Int, code: String) async throws {
        let answer = try await answer(to: .status(status))
        #expect(answer.status == status)
        #expect(try answer.errorCode() == code)
    }

    @Test func aCutBodyAnnouncesMoreThanComes() async throws {
        let answer = try await answer(to: .cutBody(afterBytes: 70_000))
        #expect(answer.status == 200)
        #expect(answer.headers["content-length"] == "200000")
        #expect(answer.body == Array(Self.content[..<70_000]))
        #expect(answer.ending == .closed)
    }

    @Test func aCutChunkedBodyLacksItsLastChunk() async throws {
        let answer = try await answer(to: .cutBody(afterBytes: 1000, chunked: true))
        #expect(answer.headers["content-length"] == nil)
        #expect(answer.headers["transfer-encoding"] == "chunked")
        #expect(answer.body == Array("3e8\r\n".utf8) + Self.content[..<1000] + Array("\r\n".utf8))
        #expect(answer.ending == .closed)
    }

    @Test func aChunkedBodyIsWhole() async throws {
        let answer = try await answer(to: .chunked)
        #expect(answer.headers["content-length"] == nil)
        #expect(answer.body.suffix(7) == Array("\r\n0\r\n\r\n".utf8)[...])
        #expect(answer.body.count > 200_000)
    }

    @Test func aResetBeforeTheHead() async throws {
        let answer = try await answer(to: .resetBeforeHeaders)
        #expect(answer.status == nil)
        #expect(answer.ending == .reset)
    }

    @Test func aResetInTheHead() async throws {
        try await Emulator.with(Self.configuration) { emulator in
            emulator.set(.resetInHeaders, on: .any)
            let answer = try await RawClient(emulator).withConnection { connection in
                try await connection.send("GET", Self.path)
                var bytes: [UInt8] = []
                do {
                    while let more = try await connection.bytes.next() { bytes += more.readableBytesView }
                } catch {
                    return (bytes: bytes, isReset: true)
                }
                return (bytes: bytes, isReset: false)
            }
            #expect(answer.isReset)
            #expect(String(decoding: answer.bytes, as: UTF8.self).hasPrefix("HTTP/1.1 200 OK"))
            #expect(!answer.bytes.suffix(4).elementsEqual("\r\n\r\n".utf8))
        }
    }

    @Test func garbageInPlaceOfAnAnswer() async throws {
        try await Emulator.with(Self.configuration) { emulator in
            emulator.set(.garbage("no status line\r\n\r\n"), on: .any)
            let answer = try await RawClient(emulator).withConnection { connection in
                try await connection.send("GET", Self.path)
                var bytes: [UInt8] = []
                while let more = try await connection.bytes.next() { bytes += more.readableBytesView }
                return bytes
            }
            #expect(answer == Array("no status line\r\n\r\n".utf8))
            #expect(emulator.requests().first?.progress == .broken)
        }
    }

    @Test func faultsOnOneTargetAreTakenBackAlone() async throws {
        try await Emulator.with(Self.configuration) { (emulator) async throws in
            emulator.set(.status(500), on: .path(Self.path))
            emulator.set(.status(503), on: .prefix("/job/"))
            emulator.clear(faultsOn: .path(Self.path))
            #expect(try await RawClient(emulator).send("GET", Self.path).status == 200)
            #expect(try await RawClient(emulator).send("GET", "/job/x").status == 503)
        }
    }

    @Test func aResetInTheBody() async throws {
        try await Emulator.with(Self.configuration) { emulator in
            emulator.set(.resetBody(afterBytes: 1000), on: .any)
            let answer = try await RawClient(emulator).send("GET", Self.path)
            #expect(answer.ending == .reset)
            #expect(answer.body.count <= 1000)
            #expect(emulator.requests().first?.bytesSent == 1000)
            #expect(emulator.requests().first?.progress == .broken)
        }
    }

    @Test(arguments: [5, -5])
    func aWrongLengthWithTheTrueBody(offset: Int) async throws {
        let answer = try await answer(to: .wrongLength(by: offset))
        #expect(answer.headers["content-length"] == String(200_000 + offset))
        #expect(answer.body == Self.content)
        #expect(answer.ending == .closed)
    }

    @Test func aStallBeforeTheHeadEndsWithTheRelease() async throws {
        try await Emulator.with(Self.configuration) { emulator in
            emulator.set(.stallBeforeHeaders, on: .path(Self.path))
            async let answer = RawClient(emulator).send("GET", Self.path)
            try await emulator.waitForStalled(1, matching: .path(Self.path))
            #expect(emulator.stalledRequests == 1)
            #expect(emulator.requests().first?.status == nil)
            emulator.release()
            #expect(try await answer.body == Self.content)
            #expect(emulator.activeRequests == 0)
        }
    }

    @Test func aStallInTheBodyEndsWithTheRelease() async throws {
        try await Emulator.with(Self.configuration) { emulator in
            emulator.set(.stallBody(afterBytes: 100_000), on: .any)
            let answer = try await RawClient(emulator).withConnection { connection in
                try await connection.send("GET", Self.path)
                let part = try await connection.read(bodyBytes: 100_000)
                #expect(part.body.count == 100_000)
                try await emulator.waitForStalled(1)
                emulator.clearFaults()
                return await connection.readToEnd()
            }
            #expect(answer.body == Self.content)
            #expect(answer.ending == .closed)
        }
    }

    @Test func aClientThatLeavesAStallIsNoticed() async throws {
        try await Emulator.with(Self.configuration) { emulator in
            emulator.set(.stallBeforeHeaders, on: .any)
            try await RawClient(emulator).withConnection { connection in
                try await connection.send("GET", Self.path)
                try await emulator.waitForStalled(1)
            }
            try await emulator.waitUntilIdle()
            #expect(emulator.requests().first?.progress == .broken)
        }
    }

    @Test func shuttingDownEndsStalls() async throws {
        let emulator = try await Emulator.start(Self.configuration)
        emulator.set(.stallBody(afterBytes: 10), on: .any)
        async let answer = RawClient(emulator).send("GET", Self.path)
        try await emulator.waitForStalled(1)
        await emulator.shutDown()
        #expect(try await answer.body.count <= 10)
        await #expect(throws: CancellationError.self) { try await emulator.waitForRequests(2) }
    }

    @Test func dripTakesItsTime() async throws {
        try await Emulator.with(Self.configuration) { emulator in
            emulator.set(.drip(bytesPerSecond: 1_000_000), on: .any)
            let clock = ContinuousClock()
            let start = clock.now
            let answer = try await RawClient(emulator).send("GET", Self.path)
            #expect(answer.body == Self.content)
            #expect(clock.now - start >= .milliseconds(150))
        }
    }

    @Test func latencyAndDelayComeBeforeTheAnswer() async throws {
        try await Emulator.with(Self.configuration) { emulator async throws in
            emulator.setLatency(.milliseconds(60), for: .prefix("/results/"))
            emulator.set(.delay(.milliseconds(60)), on: .any)
            let clock = ContinuousClock()
            let start = clock.now
            #expect(try await RawClient(emulator).send("GET", Self.path).status == 200)
            #expect(clock.now - start >= .milliseconds(120))
        }
    }

    @Test func pagesAndOtherJSONInPlaceOfTheAnswer() async throws {
        let html = try await answer(to: .html)
        #expect(html.status == 200)
        #expect(html.headers["content-type"] == "text/html; charset=utf-8")
        let json = try await answer(to: .json(#"["no","job"]"#))
        #expect(json.status == 200)
        #expect(json.text == #"["no","job"]"#)
    }

    @Test func aRedirectToAnotherHost() async throws {
        let answer = try await answer(to: .redirect(to: "http://other.test/x", status: 307))
        #expect(answer.status == 307)
        #expect(answer.headers["location"] == "http://other.test/x")
    }

    @Test func countsSkipsAndMethodsLimitAFault() async throws {
        try await Emulator.with(Self.configuration) { emulator in
            emulator.set(
                Fault(.status(500), on: .regex(#"^/results/.*\.png$"#), method: "GET", skipping: 1, count: 2))
            var seen: [Int?] = []
            for _ in 1...4 {
                seen.append(try await RawClient(emulator).send("GET", Self.path).status)
                #expect(try await RawClient(emulator).send("HEAD", Self.path).status == 200)
            }
            #expect(seen == [200, 500, 500, 200])
        }
    }

    @Test func aRegularExpressionThatIsNoneMatchesNothing() async throws {
        try await Emulator.with(Self.configuration) { emulator async throws in
            emulator.set(.status(500), on: .regex("(["))
            #expect(try await RawClient(emulator).send("GET", Self.path).status == 200)
        }
    }
}
