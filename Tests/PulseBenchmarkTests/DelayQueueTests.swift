import Testing

@testable import PulseBenchmark

@Suite("Packets on a long cable")
struct DelayQueueTests {
    @Test("a packet leaves when its time has come, not before, and in the order in which it came")
    func order() {
        var queue = DelayQueue(slots: 4, delay: 10)
        #expect(queue.nextDue == nil)
        #expect(queue.popDue(at: 1000) == nil)
        let first = queue.nextSlot
        queue.append(length: 100, at: 5)
        let second = queue.nextSlot
        queue.append(length: 200, at: 7)
        #expect(first != second)
        #expect(queue.nextDue == 15)
        #expect(queue.popDue(at: 14) == nil)
        #expect(queue.popDue(at: 15) == first.map { DelayQueue.Packet(slot: $0, length: 100, due: 15) })
        #expect(queue.popDue(at: 16) == nil)
        #expect(queue.popDue(at: 17) == second.map { DelayQueue.Packet(slot: $0, length: 200, due: 17) })
        #expect(queue.nextDue == nil)
    }

    @Test("packets under way have slots of their own, a full queue has none to give, and a free slot is given again")
    func slots() {
        var queue = DelayQueue(slots: 8, delay: 3)
        var taken: [Int] = []
        for now in 0..<1000 as Range<UInt64> {
            while let packet = queue.popDue(at: now) {
                #expect(taken.first == packet.slot)
                taken.removeFirst()
            }
            for _ in 0..<(now % 5) {
                guard let slot = queue.nextSlot else {
                    #expect(taken.count == 8)
                    break
                }
                #expect(!taken.contains(slot))
                taken.append(slot)
                queue.append(length: 1, at: now)
            }
        }
    }
}
