import ArtifactStore
import FUSE
import JobCacheTestSupport
import PulseAPI
import PulseEmulator
import PulseTestSupport
import SharedStore
import Synchronization
import SystemPackage
import Testing
import Transfer

@testable import JobCache
@testable import Settings

@Suite(.timeLimit(.minutes(2))) struct FleetTests {
    private static let images = (1...3).map { "jobs/pictures/images/image_000\($0).png" }
    private static let files =
        ["jobs/pictures/result.md", "jobs/pictures/result.json", "jobs/pictures/status.json"] + images

    private static func read(_ tree: TestTree) async throws -> [[UInt8]] {
        var contents: [[UInt8]] = []
        for file in files { contents.append(try await tree.content(file)) }
        return contents
    }

    @Test func anotherMachineReadsAFinishedJobAndItsFilesFromTheStore() async throws {
        try await FleetRig.with { rig in
            let first = try await rig.machine { try await Self.read($0) }
            #expect(rig.requests == 4)
            let second = try await rig.machine { tree in
                // Sizes are known without being asked for.
                for image in Self.images { #expect(try await tree.lookup(image)?.attributes.size == 1000) }
                return try await Self.read(tree)
            }
            #expect(rig.requests == 4)
            #expect(first == second)
            #expect(first.suffix(3) == (1...3).map(PictureJob.image))
        }
    }

    @Test func whatIsStoredSaysNothingToWhoeverListsAndReadsIt() async throws {
        try await FleetRig.with { rig in
            try await rig.machine { _ = try await Self.read($0) }
            let contents = rig.objects.contents
            #expect(contents.count == 5)
            for (name, bytes) in contents where name != "pulsefs.json" {
                for word in ["pictures", "image_0001", TestTree.northwind, "completed", "# 3 images", "PNG\r\n"] {
                    #expect(!name.contains(word))
                    #expect(bytes.firstRange(of: Array(word.utf8)) == nil, "\(word) in \(name)")
                }
            }
        }
    }

    @Test func anotherKeySeesAJobAfterTheAPIHasShownItAndAnotherOrganisationNever() async throws {
        try await FleetRig.with { rig in
            try await rig.machine { _ = try await Self.read($0) }
            try await rig.machine(key: TestTree.contoso) { tree in
                let before = rig.objects.requests[.get] ?? 0
                for file in Self.files { #expect(await tree.failure(file) != nil) }
                #expect((rig.objects.requests[.get] ?? 0) - before <= 4)
            }
            let asked = rig.emulator.count(PictureJob.asked)
            try await rig.machine(key: TestTree.secondNorthwind) { _ = try await Self.read($0) }
            #expect(rig.emulator.count(PictureJob.asked) == asked + 1)
            #expect(rig.emulator.count(PictureJob.results) == 3)
            // It has a grant from then on.
            try await rig.machine(key: TestTree.secondNorthwind) { _ = try await Self.read($0) }
            #expect(rig.emulator.count(PictureJob.asked) == asked + 1)
        }
    }

    @Test func whatTheAPIRefusesToAKeyOrDoesNotHaveIsToldToNobodyElse() async throws {
        try await FleetRig.with { rig in
            try await rig.machine(key: TestTree.contoso) { tree in
                #expect(await tree.failure("jobs/pictures/result.json") == .permissionDenied)
            }
            let asked = rig.emulator.count(PictureJob.asked)
            let first = try await rig.machine { try await Self.read($0) }
            let second = try await rig.machine { try await Self.read($0) }
            #expect(first == second)
            #expect(rig.emulator.count(PictureJob.asked) == asked + 1)
            // Each machine asks for itself about a job that there is not.
            for number in 1...2 {
                try await rig.machine { tree in
                    #expect(await tree.failure("jobs/nothing/status.json") == .noSuchFileOrDirectory)
                }
                #expect(rig.emulator.count(.path("/job/nothing")) == number)
            }
        }
    }

    @Test func aStoreThatCannotBeAskedIsMetOnce() async throws {
        try await FleetRig.with { rig in
            for kind: ObjectStoreError.Kind in [
                .unavailable(.status(500)), .unavailable(.unreached(.refused)), .denied, .noSuchBucket, .invalidAnswer,
            ] {
                let (requests, questions) = (rig.requests, rig.questions)
                rig.fail(.failed(kind))
                try await rig.machine { _ = try await Self.read($0) }
                #expect(rig.requests == requests + 4)
                #expect(rig.questions == questions + 1)
                rig.fail(nil)
            }
            #expect(rig.objects.contents.count == 1)
        }
    }

    @Test func aStoreThatCannotBeAskedIsMetOnceForSizesToo() async throws {
        try await FleetRig.with { rig in
            let cache = rig.scratch.appending("kept")
            try await rig.machine(cache: cache) { _ = try await $0.names("jobs/pictures/images") }
            try await rig.machine(cache: cache) { (tree) async throws in
                // The key has been looked at then.
                _ = try await tree.content("jobs/pictures/result.md")
                let questions = rig.questions
                rig.fail(.failed(.unavailable(.unreached(.refused))))
                for image in Self.images { #expect(try await tree.lookup(image)?.attributes.size == 1000) }
                #expect(rig.questions == questions + 1)
            }
        }
    }

    @Test(arguments: ["garbage", "cut", "moved", "older secret", "empty"])
    func whatDoesNotOpenIsAbsentAndIsWrittenOver(_ how: String) async throws {
        try await FleetRig.with { rig in
            let first = try await rig.machine { try await Self.read($0) }
            let stored = rig.objects.contents.filter { $0.key != "pulsefs.json" }
            let others = FleetSecret.random()
            for (name, bytes) in stored {
                let key = try #require(ObjectKey(name))
                let other = stored.keys.sorted().first { $0 != name }
                switch how {
                case "garbage": rig.objects.plant(Array("nothing".utf8), at: key)
                case "cut": rig.objects.plant(Array(bytes.dropLast()), at: key)
                case "moved": rig.objects.plant(other.flatMap { stored[$0] }, at: key)
                case "empty": rig.objects.plant([], at: key)
                default:
                    let contents = try ObjectOpener.open(bytes, as: key, rig.secret).contents
                    rig.objects.plant(
                        try ObjectSealer.seal(contents, as: key, SealedHeader(writer: "x"), others.first), at: key)
                }
            }
            let second = try await rig.machine { try await Self.read($0) }
            #expect(second == first)
            #expect(rig.requests == 8)
            let third = try await rig.machine { try await Self.read($0) }
            #expect(third == first)
            #expect(rig.requests == 8)
        }
    }

    @Test func aResultThatIsTooLargeForARecordIsAnObjectOfItsOwn() async throws {
        let large = EmulatedJob.syntheticInline(id: "large", markdownSize: 900_000)
        try await FleetRig.with(adding: [large]) { rig in
            let asked = RequestPattern.path("/job/large")
            let first = try await rig.machine { try await $0.content("jobs/large/result.json") }
            #expect(first.count > 800_000)
            let second = try await rig.machine { try await $0.content("jobs/large/result.json") }
            #expect(first == second)
            #expect(rig.emulator.count(asked) == 1)
            #expect(rig.objects.contents.count == 3)
        }
    }

    @Test func whatRunsIsSharedForAMomentAndWhatCanBeFetchedOnceIsKept() async throws {
        var running = PictureJob.completed
        running.timetable = .always(.processing)
        try await FleetRig.with(adding: [.syntheticSingleUse(id: "once", markdownSize: 5000)], pictures: running) {
            rig in
            try await rig.machine { tree in
                _ = try await tree.content("jobs/pictures/status.json")
                _ = try await tree.content("jobs/once/result.json")
            }
            // What the API last said of each, and a result with its claim.
            #expect(rig.objects.contents.count == 5)
            rig.emulator.set(.status(500), on: PictureJob.asked, count: 9)
            try await rig.machine { _ = try await $0.content("jobs/pictures/status.json") }
            #expect(rig.emulator.count(PictureJob.asked) == 1)
        }
    }

    @Test func ofMachinesThatWantTheSameColdFilesAtOnceOneFetchesEach() async throws {
        try await FleetRig.with { rig in
            rig.emulator.set(.delay(.milliseconds(200)), on: PictureJob.results)
            try await withThrowingTaskGroup(of: [[UInt8]].self) { group in
                for _ in 1...4 { group.addTask { try await rig.machine { try await Self.read($0) } } }
                let contents = try await group.reduce(into: []) { $0.append($1) }
                #expect(Set(contents).count == 1)
            }
            #expect(rig.requests == 4)
        }
    }

    @Test func sizesThatOneMachineHasAskedForAreKnownToTheNext() async throws {
        try await FleetRig.with { rig in
            func list() async throws {
                try await rig.machine { tree in
                    _ = try await tree.names("jobs/pictures/images")
                    for image in Self.images { #expect(try await tree.lookup(image)?.attributes.size == 1000) }
                }
            }
            try await list()
            #expect(rig.emulator.count(PictureJob.results, method: "HEAD") == 3)
            let asked = rig.requests
            try await list()
            #expect(rig.requests == asked)
        }
    }

    @Test func aSizeThatAnotherMachineToldWrongIsAskedForAndNoServerIsBlamed() async throws {
        try await FleetRig.with { rig in
            try await rig.machine { tree in
                _ = try await tree.names("jobs/pictures/images")
                for image in Self.images { _ = try await tree.lookup(image) }
            }
            rig.emulator.add(job: .syntheticImages(id: "pictures", count: 3, size: 1500))
            try await rig.machine { tree in
                _ = try await tree.names("jobs/pictures/images")
                #expect(try await tree.lookup(Self.images[0])?.attributes.size == 1000)
                await #expect(throws: Errno.ioError) { try await tree.content(Self.images[0]) }
                #expect(try await tree.content(Self.images[0]) == SyntheticImage(size: 1500, seed: 1).bytes)
                #expect(try await tree.lookup(Self.images[0])?.attributes.size == 1500)
                // Another image, of which HEAD tells the truth then.
                await #expect(throws: Errno.ioError) { try await tree.content(Self.images[1]) }
                #expect(try await tree.lookup(Self.images[1])?.attributes.size == 1500)
            }
            let sizes = try await rig.machine { tree in
                _ = try await tree.names("jobs/pictures/images")
                return try await [tree.lookup(Self.images[0]), tree.lookup(Self.images[1])].map { $0?.attributes.size }
            }
            #expect(sizes == [1500, 1500])
        }
    }

    @Test func whoWasShownTheBeginningOfAFileFindsTheRestInTheStoreAndNobodyCallsItChanged() async throws {
        try await FleetRig.with { rig in
            try await rig.machine { tree in
                rig.emulator.set(.cutBody(afterBytes: 120), on: PictureJob.results)
                let node = try await tree.node(Self.images[0])
                #expect(try await tree.read(node, at: 0, count: 100) == Array(PictureJob.image(1)[..<100]))
                await #expect(throws: (any Error).self) { try await tree.read(node, at: 900, count: 100) }
                rig.emulator.clearFaults()
                try await rig.machine { _ = try await Self.read($0) }
                let before = rig.requests
                #expect(try await tree.read(node, at: 600, count: 400) == Array(PictureJob.image(1)[600...]))
                #expect(rig.requests == before)
            }
        }
    }

    @Test func whoCannotFetchAFileGivesTheTurnBack() async throws {
        try await FleetRig.with { rig in
            rig.emulator.set(.status(404), on: PictureJob.results)
            try await rig.machine { tree in
                _ = try await tree.content("jobs/pictures/result.md")
                #expect(await tree.failure(Self.images[0]) != nil)
            }
            rig.emulator.clearFaults()
            let begin = ContinuousClock.now
            let image = try await rig.machine { try await $0.content(Self.images[0]) }
            #expect(image == PictureJob.image(1))
            #expect(begin.duration(to: .now) < JobLease.silence)
        }
    }

    @Test func aStoreThatIsOnlyReadIsNotWritten() async throws {
        try await FleetRig.with { rig in
            try await rig.machine(isWritten: false) { _ = try await Self.read($0) }
            #expect(rig.objects.contents.count == 1)
            try await rig.machine { _ = try await Self.read($0) }
            let requests = rig.requests
            try await rig.machine(isWritten: false) { _ = try await Self.read($0) }
            #expect(rig.requests == requests)
        }
    }

    @Test func nothingIsWrittenBeforeItIsKnownWhichStoreItIs() async throws {
        try await FleetRig.with { rig in
            rig.objects.plant(Array(StoreDescription(.random(), .atomic).text.utf8), at: .description)
            try await rig.machine(check: .away("a test")) { _ = try await Self.read($0) }
            #expect(rig.objects.contents.count == 1)
            guard case .refused = await FleetStore.check(rig.objects, rig.secret, within: .seconds(1)) else {
                Issue.record("the secret fits")
                return
            }
        }
    }
}
