import Crypto
import Quantities
import Synchronization
import Testing

@testable import SharedStore

/// `StoreAdoption` on a store in which a machine has died after it had brought a result, and before it said so.
@Suite("Results that nobody speaks of", .timeLimit(.minutes(1))) struct StoreAdoptionTests {
    private static let contents = (0..<300_000).map { UInt8(truncatingIfNeeded: $0) }
    private static let nonce = "000000000000000000000000000000aa"
    private static let other = "000000000000000000000000000000bb"
    private static let within = Duration.seconds(1)

    private struct Bucket {
        let secret = FleetSecret.random()
        let store: MemoryObjectStore
        let claims: ClaimObjects
        let job: ObjectNames.Name

        init(
            _ fault: @escaping @Sendable (MemoryObjectStore.Operation, ObjectKey?) -> MemoryObjectStore.Fault? = {
                _, _ in nil
            }
        ) {
            store = MemoryObjectStore(time: StoreTime(SuspendingClock(), wall: { 1_700_000_000 }), fault: fault)
            claims = ClaimObjects(store, secret, writer: SealedHeader.writer(machine: "worker-7", process: 12))
            job = ObjectNames(secret.first).job("once", of: "https://api.example.com")
        }

        /// A result that has been uploaded.
        func upload(_ contents: [UInt8] = StoreAdoptionTests.contents, as nonce: String = StoreAdoptionTests.nonce)
            async throws
        {
            #expect(try await claims.put(BytesSource(contents), as: nonce, of: job, within: StoreAdoptionTests.within))
        }

        func claim(_ state: ClaimRecord.State?) async throws {
            guard let state else { return }
            let record = ClaimRecord(epoch: 3, nonce: StoreAdoptionTests.other, machine: "worker-8", time: 7, state)
            _ = try await claims.write(record, of: job, .none, within: StoreAdoptionTests.within)
        }

        func adopt(isTrial: Bool = false) async throws -> StoreAdoption.Report {
            try await StoreAdoption(store, secret, isTrial: isTrial, within: StoreAdoptionTests.within).run()
        }

        var seen: ClaimSeen { get async throws { try await claims.read(job, within: StoreAdoptionTests.within) } }

        /// What the claim says that is in the store.
        var delivery: ClaimRecord.Delivery? {
            get async throws {
                guard case .record(let record, _) = try await seen else { return nil }
                return record.delivery
            }
        }
    }

    private static func delivery(_ object: String, _ contents: [UInt8] = contents) throws -> ClaimRecord.Delivery {
        try #require(
            ClaimRecord.Delivery(
                object: object, size: UInt64(contents.count), sha256: HexText.text(SHA256.hash(data: contents)),
                machine: "worker-7", time: 1_700_000_000))
    }

    private static let claimed = ClaimRecord.State.claimed(.init(beat: 4, received: 300_000, total: 300_000))
    private static let gone = ClaimRecord.State.gone(.init(words: "410", machine: "worker-9", time: 8))

    @Test(
        "one that opens whole is delivered, whatever its claim says but for a delivery",
        arguments: [nil, claimed, .released, gone])
    func adopted(_ state: ClaimRecord.State?) async throws {
        let bucket = Bucket()
        try await bucket.upload()
        try await bucket.claim(state)
        let trial = try await bucket.adopt(isTrial: true)
        #expect(trial.objects == 1)
        #expect(try await bucket.delivery == nil)
        let report = try await bucket.adopt()
        #expect(report == trial && report.bytes.bytes == 300_000 && report.damaged == 0)
        let delivery = try #require(try await bucket.delivery)
        #expect(try delivery == Self.delivery(Self.nonce))
        let arrival = try await bucket.claims.bring(delivery, of: bucket.job, within: Self.within) { _, _ in }
        #expect(arrival == .whole)
        #expect(try await bucket.adopt() == StoreAdoption.Report())
    }

    @Test("one whose claim speaks of another that is there is left alone")
    func delivered() async throws {
        let bucket = Bucket()
        try await bucket.upload()
        try await bucket.upload(as: Self.other)
        try await bucket.claim(.delivered(Self.delivery(Self.other)))
        #expect(try await bucket.adopt() == StoreAdoption.Report())
        #expect(try await bucket.delivery?.object == Self.other)
    }

    @Test(
        "one that was delivered under a name that is lost is found under another, and other bytes are not taken for it")
    func lost() async throws {
        let bucket = Bucket()
        try await bucket.claim(.delivered(Self.delivery(Self.other)))
        try await bucket.upload([1, 2, 3], as: "00000000000000000000000000000001")
        #expect(try await bucket.adopt().objects == 0)
        #expect(try await bucket.delivery?.object == Self.other)
        try await bucket.upload()
        #expect(try await bucket.adopt().objects == 1)
        #expect(try await bucket.delivery?.object == Self.nonce)
    }

    @Test("one that is cut, forged, moved or empty is not, and a sound one beside it is", arguments: 0..<4)
    func damaged(_ how: Int) async throws {
        let bucket = Bucket()
        try await bucket.upload()
        let sound = try #require(ObjectKey.result(bucket.job, nonce: Self.nonce))
        let bytes = try #require(bucket.store.contents[sound.text])
        let first = "00000000000000000000000000000001"
        let key = try #require(ObjectKey.result(bucket.job, nonce: first))
        bucket.store.plant([Array(bytes.dropLast()), Array("forged".utf8), bytes, []][how], at: key)
        let report = try await bucket.adopt()
        #expect(report.damaged == 1 && report.objects == 1)
        #expect(try await bucket.delivery?.object == Self.nonce)
    }

    @Test("a claim that does not open stays as it is")
    func damagedClaim() async throws {
        let bucket = Bucket()
        try await bucket.upload()
        bucket.store.plant(Array("forged".utf8), at: .claim(bucket.job))
        let report = try await bucket.adopt()
        #expect(report.damaged == 1 && report.objects == 0)
        #expect(bucket.store.contents[ObjectKey.claim(bucket.job).text] == Array("forged".utf8))
    }

    @Test("a claimant who says so meanwhile is not overtaken, and an answer that is lost is looked after")
    func meanwhile() async throws {
        let hooked = Mutex<(@Sendable () -> Void)?>(nil)
        let bucket = Bucket { operation, key in
            if operation == .put, key.map({ ObjectKind($0) == .claim }) == true { hooked.withLock { $0 }?() }
            return nil
        }
        try await bucket.upload()
        try await bucket.upload(as: Self.other)
        try await bucket.claim(.delivered(Self.delivery(Self.other)))
        let (store, key) = (bucket.store, ObjectKey.claim(bucket.job))
        let said = try #require(store.contents[key.text])
        try await bucket.claim(Self.claimed)
        hooked.withLock { $0 = { store.plant(said, at: key) } }
        let report = try await bucket.adopt()
        #expect(report.objects == 0 && report.changed == 1)
        #expect(try await bucket.delivery?.object == Self.other)

        let isLost = Mutex(true)
        let unclear = Bucket { operation, _ in
            operation == .put
                && isLost.withLock({ value in
                    defer { value = false }; return value
                }) ? .lostAfter : nil
        }
        try await unclear.upload()
        isLost.withLock { $0 = true }
        #expect(try await unclear.adopt().objects == 1)
        #expect(try await unclear.delivery?.object == Self.nonce)
    }
}
