import FUSE
import Foundation
import PulseEmulator
import PulseTestSupport
import Quantities
import SharedStore
import SystemPackage
import Testing
import Transfer

@testable import JobCache

/// Files that are too large for other machines to wait until they are whole: they are read from the store as they come.
@Suite("S8.1 large files of a fleet", .timeLimit(.minutes(3))) struct LargeFileTests {
    private static let size = 3_000_000
    private static let image = SyntheticImage(size: size, seed: 1)
    private static let file = "jobs/pictures/images/image_0001.png"
    private static let images = RequestPattern.prefix("/results/pictures/images/")

    private static func job(size: Int = size, count: Int = 1) -> EmulatedJob {
        .syntheticImages(id: "pictures", count: count, size: size)
    }

    /// The object of the one large file.
    private static func key(_ rig: FleetRig) throws -> ObjectKey {
        try #require(rig.objects.contents.keys.first { $0.hasPrefix("1/b/") }.flatMap { ObjectKey($0) })
    }

    /// A machine of the fleet has put this in the place of the file.
    private static func plant(_ bytes: [UInt8], _ file: WholeFile, _ rig: FleetRig) throws {
        let key = try key(rig)
        let contents = try #require(FileRecord.whole(file).head) + bytes
        rig.objects.plant(
            try ObjectSealer.seal(contents, as: key, SealedHeader(writer: "x"), rig.secret.first), at: key)
    }

    private static func readWhole(_ tree: TestTree) async throws {
        #expect(try await tree.content(file) == image.bytes)
    }

    /// A fleet of which one machine has fetched the file.
    private static func withShared(_ body: (FleetRig, HeldStore) async throws -> Void) async throws {
        try await FleetRig.with(pictures: job()) { rig in
            let first = try await rig.machine(large: .init()) { try await $0.content(file) }
            #expect(first == image.bytes)
            #expect(rig.objects.contents[try key(rig).text]?.count ?? 0 > size)
            try await body(rig, HeldStore(rig.objects))
        }
    }

    /// Bytes of the file that the API has been asked for.
    private static func asked(_ rig: FleetRig) -> Int {
        rig.emulator.requests(matching: images).filter { $0.method == "GET" }.reduce(0) { sum, request in
            let ends = request.range?.dropFirst("bytes=".count).split(separator: "-").compactMap { Int($0) } ?? []
            return sum + (ends.count == 2 ? ends[1] - ends[0] + 1 : size)
        }
    }

    @Test func anotherMachineReadsALargeFileFromTheStoreAndKnowsItsSize() async throws {
        try await Self.withShared { rig, store in
            let requests = rig.requests
            try await rig.machine(large: .init(store: store)) { (tree) async throws in
                _ = try await tree.names("jobs/pictures/images")
                #expect(try await tree.lookup(Self.file)?.attributes.size == UInt64(Self.size))
                #expect(store.streams == 0)
                #expect(try await tree.content(Self.file) == Self.image.bytes)
                await tree.library.downloads.waitUntilIdle()
                let streamed = store.streamed
                #expect(streamed > Self.size - 200_000)
                // It is in the cache then.
                #expect(try await tree.content(Self.file) == Self.image.bytes)
                #expect(store.streamed == streamed)
            }
            #expect(rig.requests == requests)
        }
    }

    /// Whether or not one machine fetches it for all.
    @Test(arguments: [100_000, .max] as [UInt64])
    func readersHaveBytesBeforeTheLastAreSentAndTheEndWithoutTheRest(most: UInt64) async throws {
        try await Self.withShared { rig, store in
            let requests = rig.requests
            // One request, which has brought two pieces.
            let parts = PartGeometry(leastSize: 400_000, partSize: 1_000_000, width: 1, greatestWidth: 1)
            store.stop(after: 300_000)
            try await rig.machine(large: .init(most: most, parts: parts, store: store)) { (tree) async throws in
                let node = try await tree.node(Self.file)
                for place in [0, 150_000] {
                    let bytes = try await tree.read(node, at: UInt64(place), count: 1000)
                    #expect(bytes == Self.image.bytes(in: place..<place + 1000))
                }
                store.release()
                #expect(try await tree.content(Self.file) == Self.image.bytes)
            }
            store.stop(after: 300_000)
            try await rig.machine(large: .init(most: most, store: store)) { (tree) async throws in
                let node = try await tree.node(Self.file)
                let bytes = try await tree.read(node, at: UInt64(Self.size - 1000), count: 1000)
                #expect(bytes == Self.image.bytes(in: Self.size - 1000..<Self.size))
                store.release()
                #expect(try await tree.content(Self.file) == Self.image.bytes)
            }
            #expect(rig.requests == requests)
        }
    }

    @Test(
        arguments: [
            .unavailable(.unreached(.stalled)), .unavailable(.status(500)), .denied, .invalidAnswer, .conditionFailed,
        ] as [ObjectStoreError.Kind])
    func aStoreThatFailsInTheMiddleIsMetOnceAndTheAPIHasTheRest(_ kind: ObjectStoreError.Kind) async throws {
        try await Self.withShared { rig, store in
            let (requests, asked) = (rig.requests, Self.asked(rig))
            store.stop(after: 1_000_000, .failed(kind))
            let events = try await rig.machine(large: .init(store: store)) { (tree) async throws in
                #expect(try await tree.content(Self.file) == Self.image.bytes)
                await tree.library.downloads.waitUntilIdle()
                return tree.library.events.text
            }
            // As many as were under way, and each once more where another version could have been another name.
            #expect(store.streams <= 16)
            #expect(rig.requests > requests)
            #expect((1..<Self.size - 300_000).contains(Self.asked(rig) - asked))
            #expect(events.contains("store_lost") == (kind != .conditionFailed))
        }
    }

    @Test func aPieceThatDoesNotComeIsNotWaitedFor() async throws {
        try await Self.withShared { rig, store in
            let asked = Self.asked(rig)
            store.stop(after: 1_000_000)
            try await rig.machine(large: .init(timeout: .seconds(2), store: store)) { (tree) async throws in
                #expect(try await tree.content(Self.file) == Self.image.bytes)
            }
            #expect((1..<Self.size - 300_000).contains(Self.asked(rig) - asked))
        }
    }

    @Test(arguments: [false, true]) func aDamagedOrLostObjectIsWrittenOver(isLost: Bool) async throws {
        try await Self.withShared { rig, store in
            let key = try Self.key(rig)
            var bytes = try #require(rig.objects.contents[key.text])
            bytes[2_000_000] ^= 1
            let (asked, damaged) = (Self.asked(rig), bytes)
            if isLost {
                store.beforeNext { rig.objects.plant(nil, at: key) }
            } else {
                rig.objects.plant(damaged, at: key)
            }
            try await rig.machine(large: .init(store: store)) { (tree) async throws in
                #expect(try await tree.content(Self.file) == Self.image.bytes)
                await tree.library.downloads.waitUntilIdle()
                #expect(tree.library.events.text.contains("store_object_rejected") == !isLost)
            }
            #expect(Self.asked(rig) - asked > 0)
            #expect(isLost || Self.asked(rig) - asked < Self.size)
            let requests = rig.requests
            try await rig.machine(large: .init()) { try await Self.readWhole($0) }
            #expect(rig.requests == requests)
        }
    }

    @Test func anotherVersionAtTheAPIIsNeverMixedWithTheStores() async throws {
        try await Self.withShared { rig, store in
            store.stop(after: 600_000)
            try await rig.machine(large: .init(store: store)) { (tree) async throws in
                let node = try await tree.node(Self.file)
                let first = try await tree.read(node, at: 0, count: 1000)
                #expect(first == Self.image.bytes(in: 0..<1000))
                rig.emulator.add(job: Self.job(size: 2_500_000))
                store.stop(after: 0, .failed(.unavailable(.status(500))))
                await #expect(throws: (any Error).self) { try await tree.read(node, at: 2_000_000, count: 1000) }
                await tree.library.downloads.waitUntilIdle()
                #expect(try await tree.content(Self.file) == SyntheticImage(size: 2_500_000, seed: 1).bytes)
            }
        }
    }

    @Test(arguments: [true, false]) func aFileThatIsNotWhatWasAnnouncedIsFetchedAgain(isLarge: Bool) async throws {
        try await Self.withShared { rig, store in
            let other = SyntheticImage(size: Self.size, seed: 9).bytes
            let digest = String(repeating: "ab", count: 32)
            try Self.plant(
                other, WholeFile(size: ByteCount(UInt64(Self.size)), sha256: digest, entityTag: "\"x\""), rig)
            let cache = rig.scratch.appending("kept")
            try await rig.machine(
                cache: cache,
                large: .init(
                    most: isLarge ? 100_000 : .max, mostAtOnce: isLarge ? 100_000 : .max, store: store)
            ) { (tree) async throws in
                if isLarge {
                    // It is read while it comes.
                    _ = try? await tree.content(Self.file)
                    await tree.library.downloads.waitUntilIdle()
                    #expect(tree.library.events.text.contains("store_object_rejected"))
                }
                #expect(try await tree.content(Self.file) == Self.image.bytes)
            }
            // It was never in the cache, not even for a moment.
            let aside = try FileManager.default.contentsOfDirectory(atPath: cache.appending("quarantine").string)
            #expect(aside.isEmpty)
        }
    }

    @Test func aFileWithoutAVersionComesByOneRequest() async throws {
        try await Self.withShared { rig, store in
            try Self.plant(Self.image.bytes, WholeFile(size: ByteCount(UInt64(Self.size))), rig)
            let requests = rig.requests
            try await rig.machine(large: .init(store: store)) { (tree) async throws in
                #expect(try await tree.content(Self.file) == Self.image.bytes)
            }
            #expect(rig.requests == requests)
            #expect(store.streams == 1)
            store.stop(after: 1_000_000, .failed(.unavailable(.status(500))))
            try await rig.machine(large: .init(store: store)) { (tree) async throws in
                #expect(try await tree.content(Self.file) == Self.image.bytes)
            }
            #expect(rig.requests > requests)
        }
    }

    @Test func anObjectThatWasRenewedMeanwhileIsReadOn() async throws {
        try await Self.withShared { rig, store in
            let key = try Self.key(rig)
            let requests = rig.requests
            // A name of its own, as engines give one to what was written in parts and is copied.
            let renaming = RenamingStore(store, key)
            store.stop(after: 300_000)
            try await rig.machine(large: .init(store: renaming)) { (tree) async throws in
                let node = try await tree.node(Self.file)
                let first = try await tree.read(node, at: 0, count: 1000)
                #expect(first == Self.image.bytes(in: 0..<1000))
                renaming.rename()
                store.release()
                #expect(try await tree.content(Self.file) == Self.image.bytes)
            }
            #expect(rig.requests == requests)
            #expect(renaming.refused > 0)
        }
    }

    @Test func whatAnEarlierMountHasReadIsGoneOnWith() async throws {
        try await FleetRig.with(pictures: Self.job(size: 5 << 20)) { rig in
            let image = SyntheticImage(size: 5 << 20, seed: 1)
            let parts = PartGeometry(leastSize: 1 << 20, partSize: 1 << 20, width: 2, greatestWidth: 3)
            try await rig.machine(large: .init()) { _ = try await $0.content(Self.file) }
            let requests = rig.requests
            let (store, cache) = (HeldStore(rig.objects), rig.scratch.appending("kept"))
            store.stop(after: 3 << 20)
            try await rig.machine(cache: cache, large: .init(parts: parts, store: store)) { (tree) async throws in
                let node = try await tree.node(Self.file)
                let first = try await tree.read(node, at: 0, count: 1 << 20)
                #expect(first == image.bytes(in: 0..<1 << 20))
                try await rig.eventually { store.streamed == 3 << 20 }
            }
            store.release()
            try await rig.machine(cache: cache, large: .init(parts: parts, store: store)) { (tree) async throws in
                #expect(try await tree.content(Self.file) == image.bytes)
                await tree.library.downloads.waitUntilIdle()
            }
            #expect(rig.requests == requests)
            #expect(store.streamed - 3 << 20 < 4 << 20)
        }
    }

    @Test func whatIsLeftOfAnotherVersionIsBegunAnew() async throws {
        try await FleetRig.with(pictures: Self.job(size: 5 << 20)) { rig in
            let cache = rig.scratch.appending("kept")
            let parts = PartGeometry(leastSize: 1 << 20, partSize: 1 << 20, width: 2, greatestWidth: 3)
            try await rig.machine(large: .init()) { _ = try await $0.content(Self.file) }
            rig.emulator.set(Fault(.status(500), on: Self.images, method: "GET", skipping: 2))
            try await rig.machine(cache: cache, isAway: true, large: .init(parts: parts)) { (tree) async throws in
                await #expect(throws: (any Error).self) { try await tree.content(Self.file) }
            }
            rig.emulator.clearFaults()
            let other = SyntheticImage(size: 5 << 20, seed: 9).bytes
            try Self.plant(other, WholeFile(size: ByteCount(5 << 20), entityTag: "\"other\""), rig)
            let requests = rig.emulator.count(Self.images)
            try await rig.machine(cache: cache, large: .init(parts: parts)) { (tree) async throws in
                #expect(try await tree.content(Self.file) == other)
            }
            #expect(rig.emulator.count(Self.images) == requests)
        }
    }

    // MARK: Who shares

    @Test func nobodyWaitsForWhoFetchesALargeFileAndTheFirstToHaveItSharesIt() async throws {
        try await FleetRig.with(pictures: Self.job()) { rig in
            let store = HeldStore(rig.objects)
            let shared = try await rig.machine(large: .init(store: store)) { (tree) async throws in
                // A name that was not listed is asked for with its first bytes, and the rest waits for a reader.
                let node = try await tree.node(Self.file)
                let begin = ContinuousClock.now
                try await rig.machine(large: .init()) { (other) async throws in
                    let node = try await other.node(Self.file)
                    let bytes = try await other.read(node, at: 0, count: 1000)
                    #expect(bytes == Self.image.bytes(in: 0..<1000))
                    #expect(begin.duration(to: .now) < JobLease.silence)
                    #expect(try await other.content(Self.file) == Self.image.bytes)
                }
                let shared = rig.objects.contents[try Self.key(rig).text]
                let end = try await tree.read(node, at: UInt64(Self.size - 1000), count: 1000)
                #expect(end == Self.image.bytes(in: Self.size - 1000..<Self.size))
                #expect(try await tree.content(Self.file) == Self.image.bytes)
                return shared
            }
            #expect(try #require(shared).count > Self.size)
            #expect(store.puts == 0)
            #expect(rig.objects.contents[try Self.key(rig).text] == shared)
            let requests = rig.requests
            try await rig.machine(large: .init()) { try await Self.readWhole($0) }
            #expect(rig.requests == requests)
        }
    }

    @Test func whatAnEarlierVersionLeftUnsharedIsShared() async throws {
        try await Self.withShared { rig, _ in
            let key = try Self.key(rig)
            let record = try #require(FileRecord.unshared.head)
            rig.objects.plant(
                try ObjectSealer.seal(record, as: key, SealedHeader(writer: "x"), rig.secret.first), at: key)
            try await rig.machine(large: .init()) { try await Self.readWhole($0) }
            let requests = rig.requests
            try await rig.machine(large: .init()) { try await Self.readWhole($0) }
            #expect(rig.requests == requests)
        }
    }

    @Test func whatIsEvictedBeforeItWasUploadedOrIsTooLargeIsNotShared() async throws {
        try await FleetRig.with(pictures: Self.job(count: 2)) { rig in
            let (store, cache) = (HeldStore(rig.objects), rig.scratch.appending("kept"))
            func shared() -> Int { rig.objects.contents.values.count { $0.count > Self.size } }
            store.holdPuts(true)
            try await rig.machine(cache: cache, large: .init(store: store)) { (tree) async throws in
                // One goes at a time.
                _ = try await tree.content("jobs/pictures/images/image_0002.png")
                try await rig.eventually { store.puts == 1 }
                #expect(try await tree.content(Self.file) == Self.image.bytes)
                await tree.library.downloads.waitUntilIdle()
                _ = try await Shell.run("find \"$1\"/blobs -type f -size +1000k -delete", [cache.string])
                store.holdPuts(false)
            }
            #expect(shared() == 1)
            try await rig.machine(large: .init(mostShared: UInt64(Self.size) - 1)) { (tree) async throws in
                #expect(try await tree.content(Self.file) == Self.image.bytes)
            }
            #expect(shared() == 1)
            // Nobody is kept from sharing it.
            try await rig.machine(large: .init()) { try await Self.readWhole($0) }
            #expect(shared() == 2)
        }
    }

    @Test func aStoreThatIsOnlyReadStreamsAndIsNotWritten() async throws {
        try await Self.withShared { rig, store in
            let requests = rig.requests
            try await rig.machine(isWritten: false, large: .init(store: store)) { (tree) async throws in
                #expect(try await tree.content(Self.file) == Self.image.bytes)
            }
            #expect(rig.requests == requests)
        }
    }
}
