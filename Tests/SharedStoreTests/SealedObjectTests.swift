import Crypto
import PulseTestSupport
import Quantities
import Synchronization
import Testing
import Transfer

@testable import SharedStore

@Suite struct SealedObjectTests {
    private let secret = FleetSecret(MemberSecret(Array(repeating: 7, count: 32)))
    private let header = SealedHeader(nonce: "abc", seq: 3, writer: "machine-1")

    private func name(_ text: String = "1/b/ab/cd/ef") throws -> ObjectKey { try #require(ObjectKey(text)) }

    private func bytes(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
        var generator = SeededGenerator(seed: seed)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 8)
        while bytes.count < count {
            let word = generator.next()
            bytes += (0..<8).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) }
        }
        return Array(bytes.prefix(count))
    }

    static let sizes =
        [0, 1, 15, 16, 17, 1000, 131_055, 131_056, 131_057]
        + [131_072, 262_144, 393_216].flatMap { [$0 - 1, $0, $0 + 1] }

    @Test(arguments: sizes) func whatIsSealedOpens(size: Int) throws {
        let contents = bytes(size)
        let object = try ObjectSealer.seal(contents, as: try name(), header, secret.first)
        let sealer = try ObjectSealer(try name(), header, secret.first)
        #expect(ByteCount(UInt64(object.count)) == sealer.sealedSize(of: ByteCount(UInt64(size))))
        let opened = try ObjectOpener.open(object, as: try name(), secret)
        #expect(opened.contents == contents)
        #expect(opened.header == header)
    }

    @Test func theLayoutIsTheOneThatIsWrittenDown() throws {
        let object = try ObjectSealer.seal([1, 2, 3], as: try name(), header, secret.first)
        let length = try header.encoded.count
        #expect(Array(object[..<8]) == Array("PFSTORE1".utf8))
        #expect(Array(object[8..<12]) == secret.first.id)
        #expect(object[12..<16].reduce(0) { $0 << 8 | Int($1) } == length)
        #expect(object.count == 32 + length + 16 + 3 + 16)
        // By hand: the key of the salt, nonces that count, and what the parts are bound to.
        let key = secret.first.contentKey(salt: object[16..<32])
        let bound = Array(object[..<32]) + Array("1/b/ab/cd/ef".utf8)
        let headerBox = try AES.GCM.SealedBox(
            nonce: .init(data: [UInt8](repeating: 0, count: 12)), ciphertext: object[32..<32 + length],
            tag: object[32 + length..<48 + length])
        #expect(Array(try AES.GCM.open(headerBox, using: key, authenticating: bound)) == (try header.encoded))
        let pieceBox = try AES.GCM.SealedBox(
            nonce: .init(data: [0, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 1]), ciphertext: object[(48 + length)...].prefix(3),
            tag: object.suffix(16))
        #expect(Array(try AES.GCM.open(pieceBox, using: key, authenticating: bound)) == [1, 2, 3])
    }

    @Test func twoSealingsOfTheSameHaveNothingInCommonButTheSecretsName() throws {
        let one = try ObjectSealer.seal([1, 2, 3], as: try name(), header, secret.first)
        let other = try ObjectSealer.seal([1, 2, 3], as: try name(), header, secret.first)
        #expect(one[..<16] == other[..<16])
        #expect(one[16..<32] != other[16..<32])
        #expect(one[48...] != other[48...])
    }

    // MARK: What does not open

    private func expectRefused(
        _ object: [UInt8], as text: String = "1/b/ab/cd/ef", _ words: Comment,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let name = try name(text)
        #expect(throws: SealError.self, words, sourceLocation: sourceLocation) {
            try ObjectOpener.open(object, as: name, secret)
        }
    }

    @Test func aFlippedBitAnywhereIsRefused() throws {
        let object = try ObjectSealer.seal(bytes(300), as: try name(), header, secret.first)
        for place in object.indices {
            for bit in [UInt8(1), 0x80] {
                var changed = object
                changed[place] ^= bit
                try expectRefused(changed, "byte \(place)")
            }
        }
    }

    @Test func whatIsCutOrLongerIsRefused() throws {
        let object = try ObjectSealer.seal(bytes(131_072 * 2 + 5), as: try name(), header, secret.first)
        let start = object.count - (131_072 * 2 + 5 + 48)
        let ends = [0, 1, 31, 32, 33, start - 1, start, start + 15, start + 16, start + 131_088, start + 2 * 131_088]
        for end in ends + [object.count - 1, object.count - 5, object.count - 16, object.count - 21] {
            try expectRefused(Array(object[..<end]), "cut at \(end)")
        }
        try expectRefused(object + [0], "a byte more")
        try expectRefused(object + Array(object.suffix(21)), "the last piece twice")
    }

    @Test func piecesThatAreMovedDroppedOrDoubledAreRefused() throws {
        let object = try ObjectSealer.seal(bytes(131_072 * 3), as: try name(), header, secret.first)
        let head = Array(object[..<(object.count - 3 * 131_088)])
        let pieces = (0..<3).map { Array(object[(head.count + $0 * 131_088)...].prefix(131_088)) }
        for order in [
            [1, 0, 2], [0, 2, 1], [2, 1, 0], [0, 1], [0, 2], [1, 2], [0], [2], [0, 0, 2], [0, 1, 2, 2], [0, 1, 1, 2],
        ] {
            try expectRefused(head + order.flatMap { pieces[$0] }, "\(order)")
        }
        #expect(
            try ObjectOpener.open(head + pieces.flatMap { $0 }, as: try name(), secret).contents.count == 131_072 * 3)
    }

    @Test func aPieceOfAnotherObjectIsRefused() throws {
        let one = try ObjectSealer.seal(bytes(100), as: try name(), header, secret.first)
        let other = try ObjectSealer.seal(bytes(100, seed: 2), as: try name(), header, secret.first)
        try expectRefused(Array(one.dropLast(116)) + Array(other.suffix(116)), "a piece of another")
        try expectRefused(Array(other.prefix(32)) + Array(one.dropFirst(32)), "the preamble of another")
    }

    @Test func anObjectUnderAnotherNameIsRefused() throws {
        let object = try ObjectSealer.seal(bytes(100), as: try name(), header, secret.first)
        try expectRefused(object, as: "1/b/ab/cd/ee", "another name")
        try expectRefused(object, as: "1/b/ab/cd/eff", "a longer name")
    }

    @Test func anotherFleetsObjectIsRefused() throws {
        let stranger = FleetSecret.random()
        let object = try ObjectSealer.seal([1], as: try name(), header, stranger.first)
        #expect(throws: SealError.unknownSecret) { try ObjectOpener.open(object, as: name(), secret) }
        // With our name on it.
        let forged = Array(object[..<8]) + secret.first.id + Array(object[12...])
        #expect(throws: SealError.notOpened) { try ObjectOpener.open(forged, as: name(), secret) }
        #expect(throws: SealError.notSealed) { try ObjectOpener.open(Array("{}".utf8), as: name(), secret) }
        #expect(throws: SealError.notSealed) {
            try ObjectOpener.open(Array("PFSTORE2".utf8) + Array(object[8...]), as: name(), secret)
        }
    }

    @Test func aHeaderThatIsLongerThanAnyIsRefusedUnread() throws {
        var object = try ObjectSealer.seal([1], as: try name(), header, secret.first)
        object[12] = 0xff
        #expect(throws: SealError.notSealed) { try ObjectOpener.open(object, as: name(), secret) }
    }

    @Test func sizesThatNoContentsHaveAreNone() {
        #expect(SealFormat.size(ofSealed: .max, headerLength: 10) == nil)
        #expect(SealFormat.size(ofSealed: .zero, headerLength: 10) == nil)
        #expect(SealFormat.size(ofSealed: 58 + 15, headerLength: 10) == nil)
        #expect(SealFormat.size(ofSealed: 58 + 16, headerLength: 10) == .zero)
        #expect(SealFormat.size(ofSealed: 58 + 131_088 + 16, headerLength: 10) == nil)
        #expect(SealFormat.size(ofSealed: 58 + 131_088 + 17, headerLength: 10) == 131_073)
        for size in [0, 1, 131_071, 131_072, 131_073, 1_099_511_627_776] as [ByteCount] {
            #expect(
                SealFormat.size(ofSealed: SealFormat.sealedSize(of: size, headerLength: 99), headerLength: 99) == size)
        }
    }

    // MARK: Piece by piece

    @Test(arguments: sizes) func whatIsSealedWhileItIsSentOpensWhileItComes(size: Int) async throws {
        let contents = bytes(size)
        let name = try name()
        let source = SealedSource(BytesSource(contents), try ObjectSealer(name, header, secret.first))
        let store = MemoryObjectStore()
        _ = try await store.put(name, .all(of: source), .ifAbsent, within: .seconds(1))
        let sealed = try #require(store.contents[name.text])
        #expect(try ObjectOpener.open(sealed, as: name, secret).contents == contents)
        let opened = OpenedBytes()
        for step in [1 << 20, 131_088, 70_001] {
            opened.clear()
            let sink = OpeningSink(name, secret) { opened.take($0, $1) }
            sink.begin(ObjectFacts(etag: try #require(ETag("e")), size: source.length, modified: nil, date: nil))
            for first in stride(from: 0, to: sealed.count, by: step) {
                let part = sealed[first..<min(first + step, sealed.count)]
                try sink.receive(part.span.bytes, at: ByteCount(UInt64(first)))
            }
            #expect(sink.isComplete)
            #expect(opened.bytes == contents)
        }
    }

    @Test func aSourceGivesAnyPartOfItselfAgain() throws {
        let source = SealedSource(BytesSource(bytes(300_000)), try ObjectSealer(try name(), header, secret.first))
        let whole = try read(source, from: 0, count: Int(source.length.bytes))
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<50 {
            let first = Int.random(in: 0..<whole.count, using: &generator)
            let count = Int.random(in: 1...whole.count - first, using: &generator)
            #expect(try read(source, from: first, count: count) == Array(whole[first..<first + count]))
        }
    }

    private func read(_ source: SealedSource, from first: Int, count: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        try bytes.withUnsafeMutableBytes { buffer in
            while done < count {
                done += try source.read(
                    into: UnsafeMutableRawBufferPointer(rebasing: buffer[done...]), at: ByteCount(UInt64(first + done)))
            }
        }
        return bytes
    }

    @Test func aRangeOpensFromThePiecesThatHoldIt() throws {
        let contents = bytes(400_000)
        let object = try ObjectSealer.seal(contents, as: try name(), header, secret.first)
        let opener = try ObjectOpener(
            try name(), head: object.prefix(ObjectOpener.longestHead), total: ByteCount(UInt64(object.count)), secret)
        var generator = SeededGenerator(seed: 6)
        for _ in 0..<50 {
            let first = Int.random(in: 0..<contents.count, using: &generator)
            let count = Int.random(in: 1...contents.count, using: &generator)
            let span = try #require(opener.span(of: ByteCount(UInt64(first)), count: ByteCount(UInt64(count))))
            var rest = object[Int(span.offset.bytes)...].prefix(Int(span.count.bytes))
            var opened: [UInt8] = []
            for number in span.pieces {
                let length = opener.sealedLength(of: number)
                opened += try opener.open(piece: number, rest.prefix(length))
                rest = rest.dropFirst(length)
            }
            #expect(rest.isEmpty)
            let offset = first - Int(span.pieces.lowerBound) * 131_072
            #expect(
                opened.dropFirst(offset).prefix(count).elementsEqual(
                    contents[first..<min(first + count, contents.count)]))
        }
        #expect(opener.span(of: 400_000, count: 1) == nil)
        #expect(opener.span(of: .max, count: .max) == nil)
        #expect(opener.span(of: 0, count: 0) == nil)
        #expect(throws: SealError.wrongLength) { try opener.open(piece: 99, [UInt8](repeating: 0, count: 16)) }
        #expect(throws: SealError.wrongLength) { try opener.open(piece: .max, [UInt8](repeating: 0, count: 16)) }
    }

    @Test func aDamagedPieceEndsTheOpeningBeforeItIsPassedOn() throws {
        var object = try ObjectSealer.seal(bytes(300_000), as: try name(), header, secret.first)
        object[object.count - 100_000] ^= 1
        let opened = OpenedBytes()
        let sink = OpeningSink(try name(), secret) { opened.take($0, $1) }
        sink.begin(
            ObjectFacts(etag: try #require(ETag("e")), size: ByteCount(UInt64(object.count)), modified: nil, date: nil))
        #expect(throws: SealError.notOpened) { try sink.receive(object.span.bytes, at: .zero) }
        #expect(!sink.isComplete)
        #expect(opened.bytes.count == 131_072)
    }

    // MARK: A span

    @Test(arguments: [0..<1, 1..<3, 2..<4, 0..<4] as [Range<UInt64>])
    func aSpanOpensWhileItComesAndOffersAgainWhatWasRefused(pieces: Range<UInt64>) async throws {
        let contents = bytes(400_000)
        let (store, name) = (MemoryObjectStore(), try name())
        let object = try ObjectSealer.seal(contents, as: name, header, secret.first)
        store.plant(object, at: name)
        let opener = try ObjectOpener(
            name, head: object.prefix(ObjectOpener.longestHead), total: ByteCount(UInt64(object.count)), secret)
        let start = ByteCount(pieces.lowerBound * ObjectOpener.pieceSize)
        let count = ByteCount((pieces.upperBound - pieces.lowerBound) * ObjectOpener.pieceSize)
        let span = try #require(opener.span(of: start, count: count))
        let opened = OpenedBytes()
        let refusals = Mutex(0)
        let resuming = Mutex<TransferFlow?>(nil)
        let sink = SpanSink(opener, span) { _, flow in
            resuming.withLock { $0 = flow }
        } take: { contents, offset in
            // Each is refused once.
            let isRefused = refusals.withLock { refusals in
                refusals += 1
                return refusals % 2 == 1
            }
            if isRefused {
                resuming.withLock { $0 }?.resume()
                return .pause
            }
            opened.take(contents, ByteCount(offset.bytes - start.bytes))
            return .more
        }
        let range = ByteRange(first: span.offset.bytes, last: (span.offset + span.count).bytes - 1)
        _ = try await store.get(name, range: range, .none, into: sink, within: .seconds(1))
        while try !sink.passOn() {}
        #expect(sink.isComplete)
        #expect(opened.bytes == Array(contents[Int(start.bytes)..<min(Int((start + count).bytes), contents.count)]))
    }

    @Test func aDamagedPieceOfASpanEndsTheReadingAndIsNotPassedOn() async throws {
        let (store, name) = (MemoryObjectStore(), try name())
        var object = try ObjectSealer.seal(bytes(400_000), as: name, header, secret.first)
        object[object.count - 200_000] ^= 1
        store.plant(object, at: name)
        let opener = try ObjectOpener(name, head: object, total: ByteCount(UInt64(object.count)), secret)
        let opened = OpenedBytes()
        let sink = SpanSink(opener, opener.whole) { _, _ in
        } take: { contents, offset in
            opened.take(contents, offset)
            return .more
        }
        let range = ByteRange(first: opener.whole.offset.bytes)
        await #expect(throws: ObjectStoreError.self) {
            try await store.get(name, range: range, .none, into: sink, within: .seconds(1))
        }
        #expect(sink.problem == .notOpened)
        #expect(!sink.isComplete)
        #expect(opened.bytes.count == 131_072)
    }
}
