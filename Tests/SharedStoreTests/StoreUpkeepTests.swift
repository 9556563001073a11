import Crypto
import Quantities
import Synchronization
import Testing

@testable import SharedStore

/// `StoreVerification` and `StoreCollection` on a bucket that others write to as well.
@Suite(.timeLimit(.minutes(1))) struct StoreUpkeepTests {
    private final class Wall: Sendable {
        private let seconds = Mutex<Int64>(1_700_000_000)
        var now: Int64 { seconds.withLock { $0 } }
        func pass(days: Int64) { seconds.withLock { $0 += days * 86_400 } }
    }

    private struct Bucket {
        let wall = Wall()
        let secret = FleetSecret.random()
        let store: MemoryObjectStore
        let names: ObjectNames
        let job: ObjectNames.Name

        init(
            _ fault: @escaping @Sendable (MemoryObjectStore.Operation, ObjectKey?) -> MemoryObjectStore.Fault? = {
                _, _ in nil
            }
        ) {
            let wall = wall
            store = MemoryObjectStore(time: StoreTime(SuspendingClock(), wall: { wall.now }), fault: fault)
            names = ObjectNames(secret.first)
            job = names.job("job", of: "https://api.example.com")
            store.plant(Array(StoreDescription(secret, .atomic).text.utf8), at: .description)
        }

        func seal(_ contents: [UInt8], _ key: ObjectKey, under secret: FleetSecret? = nil) throws {
            let bytes = try ObjectSealer.seal(
                contents, as: key, SealedHeader(writer: "test"), (secret ?? self.secret).first)
            store.plant(bytes, at: key)
        }

        /// One of each kind.
        func fill() throws -> [ObjectKey: ObjectKind] {
            let content = (0..<300_000).map { UInt8(truncatingIfNeeded: $0) }
            let digest = HexText.text(SHA256.hash(data: content))
            let file = ObjectKey.file(names.file("image/a.png", of: job), of: job)
            let head = try #require(
                FileRecord.whole(WholeFile(size: ByteCount(UInt64(content.count)), sha256: digest)).head)
            try seal(head + content, file)
            let record = try #require(EndedJob(.inline(Array("{}".utf8)), grants: []))
            try seal(try #require(JobRecord.ended(record).contents), .job(job))
            let key = names.grantee("key")
            try seal(Array("granted".utf8), .grant(key, to: job))
            try seal(Array("good".utf8), .verdict(key))
            try seal(Array("a claim".utf8), .claim(job))
            let result = try #require(ObjectKey.result(job, nonce: "0123456789abcdef"))
            try seal(content, result)
            return [
                .description: .description, file: .file, .job(job): .job, .grant(key, to: job): .grant,
                .verdict(key): .verdict, .claim(job): .claim, result: .result,
            ]
        }

        /// Names that no store writes.
        func litter() throws -> [ObjectKey] {
            let names = [
                "holiday.jpg", "1/j/zz/notes.txt", "1/b/ab/cd", "keep/photos/of/cats",
                "keep/\(job.text.prefix(2))/\(job)/notes",
                "1/j/zz/\(job)", "2/j/\(job.text.prefix(2))/\(job)", "check/nothing",
            ]
            let keys = try names.map { try #require(ObjectKey($0)) }
            for key in keys { store.plant(Array("mine".utf8), at: key) }
            return keys
        }

        func verify() async throws -> (report: StoreVerification.Report, found: [StoreVerification.Finding]) {
            let found = Mutex<[StoreVerification.Finding]>([])
            let report = try await StoreVerification(store, secret, within: .seconds(1)).run(
                found: { finding in found.withLock { $0.append(finding) } })
            return (report, found.withLock { $0 })
        }

        func collect(_ rules: StoreCollection.Rules) async throws -> StoreCollection.Report {
            try await StoreCollection(store, rules, within: .seconds(1)).run()
        }
    }

    private static func days(_ count: Int) -> Duration { .seconds(count * 86_400) }

    @Test func namesSayWhatAnObjectIs() throws {
        let bucket = Bucket()
        for (key, kind) in try bucket.fill() { #expect(ObjectKind(key) == kind, "\(key)") }
        for key in try bucket.litter() { #expect(ObjectKind(key) == nil, "\(key)") }
        let check = try #require(ObjectKey.check("00ff", "first"))
        #expect(ObjectKind(check) == .check)
    }

    @Test func aStoreThatIsWellIsFoundToBe() async throws {
        let bucket = Bucket()
        _ = try bucket.fill()
        _ = try bucket.litter()
        let (report, found) = try await bucket.verify()
        #expect(found.isEmpty && report.damaged == 0 && report.unread == 0)
        #expect(report.foreign == 8)
        #expect(report.sound.values.reduce(0) { $0 + $1.objects } == 7)
        #expect(report.sound[.file]?.objects == 1)
    }

    @Test(arguments: ["garbage", "cut", "longer", "moved", "other secret", "empty", "flipped"])
    func whateverDoesNotOpenIsNamed(_ how: String) async throws {
        let bucket = Bucket()
        let objects = try bucket.fill()
        let contents = bucket.store.contents
        for (key, kind) in objects where kind != .description {
            let bytes = try #require(contents[key.text])
            switch how {
            case "garbage": bucket.store.plant(Array("nothing".utf8), at: key)
            case "cut": bucket.store.plant(Array(bytes.dropLast()), at: key)
            case "longer": bucket.store.plant(bytes + [0], at: key)
            case "moved":
                let other = try #require(objects.keys.first { $0 != key && $0 != .description })
                bucket.store.plant(contents[other.text], at: key)
            case "empty": bucket.store.plant([], at: key)
            case "flipped":
                var other = bytes
                other[bytes.count / 2] ^= 1
                bucket.store.plant(other, at: key)
            default: try bucket.seal(Array("x".utf8), key, under: .random())
            }
        }
        let (report, found) = try await bucket.verify()
        #expect(report.damaged == 6 && report.unread == 0)
        #expect(Set(found.map(\.key)) == Set(objects.keys).subtracting([.description]))
        #expect(Set(found.filter(\.isLoss).map(\.kind)) == [.claim, .result])
    }

    @Test func whatOpensAndIsNotWhatItSaysIsNamedToo() async throws {
        let bucket = Bucket()
        _ = try bucket.fill()
        let file = ObjectKey.file(bucket.names.file("image/a.png", of: bucket.job), of: bucket.job)
        let digest = String(repeating: "0", count: 64)
        for record in [
            FileRecord.whole(WholeFile(size: 3, sha256: digest)), .whole(WholeFile(size: 4)),
        ] {
            try bucket.seal(try #require(record.head) + [1, 2, 3], file)
            let (report, found) = try await bucket.verify()
            #expect(report.damaged == 1 && found.first?.key == file)
        }
        try bucket.seal([1, 2, 3], .job(bucket.job))
        try bucket.seal(try #require(FileRecord.asking.head), file)
        let (report, found) = try await bucket.verify()
        #expect(report.damaged == 1 && found.first?.kind == .job && report.leases == 1)
        bucket.store.plant(Array(StoreDescription(.random(), .atomic).text.utf8), at: .description)
        #expect(try await bucket.verify().found.contains { $0.key == .description && $0.isLoss })
    }

    @Test func whatCannotBeReadIsNotCalledDamaged() async throws {
        let isBroken = Mutex(false)
        let bucket = Bucket { operation, _ in
            operation == .get && isBroken.withLock { $0 } ? .failed(.unavailable(.status(500))) : nil
        }
        _ = try bucket.fill()
        isBroken.withLock { $0 = true }
        let report = try await bucket.verify().report
        #expect(report.damaged == 0 && report.unread == 7)
    }

    @Test func whatIsOldGoesAndNothingElse() async throws {
        let bucket = Bucket()
        let objects = try bucket.fill()
        let litter = try bucket.litter()
        let check = try #require(ObjectKey.check("00ff", "first"))
        bucket.store.plant([1], at: check)
        bucket.wall.pass(days: 29)
        #expect(try await bucket.collect(.init(age: Self.days(30))).removed.keys.map(\.self) == [.check])
        bucket.wall.pass(days: 2)
        try bucket.seal(Array("good".utf8), .verdict(bucket.names.grantee("other")))
        let trial = try await bucket.collect(.init(age: Self.days(30), isTrial: true))
        #expect(trial.removed.count == 4 && bucket.store.contents[ObjectKey.job(bucket.job).text] != nil)
        let report = try await bucket.collect(.init(age: Self.days(30)))
        #expect(report.removed.mapValues(\.objects) == [.job: 1, .file: 1, .grant: 1, .verdict: 1])
        #expect(report.changed == 0 && report.foreign == litter.count)
        let left = Set(bucket.store.contents.keys)
        for key in litter { #expect(left.contains(key.text), "\(key)") }
        for (key, kind) in objects { #expect(left.contains(key.text) == !kind.isReplaceable, "\(key)") }
    }

    @Test func whatIsForgottenByNobodyStaysUntilItIsGivenUpByName() async throws {
        let bucket = Bucket()
        _ = try bucket.fill()
        bucket.wall.pass(days: 4000)
        _ = try await bucket.collect(.init(age: Self.days(0)))
        #expect(bucket.store.contents.count == 3)
        // A claim that was written not long ago keeps the bytes that it speaks of.
        try bucket.seal(Array("a beat".utf8), .claim(bucket.job))
        #expect(try await bucket.collect(.init(age: Self.days(0), keptAge: Self.days(180))).removed.isEmpty)
        bucket.wall.pass(days: 181)
        let report = try await bucket.collect(.init(age: Self.days(0), keptAge: Self.days(180)))
        #expect(report.removed.mapValues(\.objects) == [.claim: 1, .result: 1])
        #expect(bucket.store.contents.count == 1)
    }

    @Test func whatIsWrittenOrRenewedMeanwhileStays() async throws {
        for isRenewed in [true, false] {
            let hooked = Mutex<(@Sendable () -> Void)?>(nil)
            let bucket = Bucket { operation, key in
                // After it was listed, and before it is looked at once more.
                if operation == .get, key.map({ ObjectKind($0) == .job }) == true { hooked.withLock { $0 }?() }
                return nil
            }
            _ = try bucket.fill()
            bucket.wall.pass(days: 31)
            let key = ObjectKey.job(bucket.job)
            let (store, bytes) = (bucket.store, try #require(bucket.store.contents[key.text]))
            hooked.withLock { $0 = { store.plant(isRenewed ? bytes : bytes + [0], at: key) } }
            let report = try await bucket.collect(.init(age: Self.days(30)))
            #expect(report.changed == 1 && report.removed[.job] == nil)
            #expect(bucket.store.contents[key.text] != nil)
        }
    }

    @Test func aBucketOfManyForeignNamesIsWalkedThroughPageByPage() async throws {
        let bucket = Bucket()
        _ = try bucket.fill()
        for number in 0..<3500 {
            bucket.store.plant([1], at: try #require(ObjectKey("0/\(number)")))
        }
        let (report, found) = try await bucket.verify()
        #expect(report.foreign == 3500 && found.isEmpty)
        bucket.wall.pass(days: 31)
        #expect(try await bucket.collect(.init(age: Self.days(30))).foreign == 3500)
        #expect(bucket.store.contents.count == 3503)
    }
}
