import PulseTestSupport
import Synchronization
import Testing

@testable import ArtifactStore

@Suite("Room for what arrives", .timeLimit(.minutes(2)))
struct ArrivalRoomTests {
    /// A disk that tells the truth.
    private final class Disk: Sendable {
        let free: Mutex<UInt64>
        let looks = Mutex(0)
        let written = Mutex<UInt64>(0)

        init(_ free: UInt64) { self.free = Mutex(free) }

        func write(_ bytes: UInt64) {
            written.withLock { $0 += bytes }
            free.withLock { $0 -= min($0, bytes) }
        }

        func room() -> ArrivalRoom {
            ArrivalRoom { [self] wish in
                looks.withLock { $0 += 1 }
                let free = free.withLock { $0 }
                return free < wish.expected ? 0 : min(ArrivalRoom.step, free)
            }
        }
    }

    @Test("many writers together never write more than one advance beyond what a look has found")
    func bounded() async {
        let disk = Disk(100 << 20)
        let room = disk.room()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    while await room.find(64 << 10) {
                        disk.write(64 << 10)
                    }
                }
            }
        }
        let all = disk.written.withLock { $0 }
        #expect(all >= (100 << 20) - ArrivalRoom.step && all <= (100 << 20) + ArrivalRoom.step)
        // A look for each advance, not for each piece.
        #expect(disk.looks.withLock { $0 } < 400)
    }

    @Test("what is announced as larger than all there is gets nothing from the first byte on")
    func announced() async {
        let disk = Disk(50 << 20)
        let room = disk.room()
        #expect(await room.find(1, of: 60 << 20) == false)
        #expect(await room.find(1, of: 40 << 20))
    }

    @Test("without a look nothing is taken, and afterwards no more than was found")
    func take() async {
        let room = Disk(1000).room()
        #expect(!room.take(1))
        #expect(await room.find(600))
        #expect(!room.take(600))
        #expect(room.take(400))
    }

    @Test("S5.7 room is found for as much at once as the cache may take, and not for more")
    func atOnce() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            let store = try ArtifactStore(
                at: scratch.appending("cache"), limits: StoreLimits(size: 100 << 20, freeFraction: 0))
            #expect(await store.arrivals.find(50 << 20, of: 50 << 20))
            #expect(await store.arrivals.find(90 << 20, of: 90 << 20))
            #expect(await !store.arrivals.find(101 << 20, of: 101 << 20))
            #expect(await !store.arrivals.find(1, of: 101 << 20))
        }
    }
}
