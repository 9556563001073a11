/// Packets on their way: each takes a slot of a fixed number, leaves in the order in which it came, and not before its time.
///
/// Slots are numbers; whoever holds the queue keeps the bytes. The slot freed last is taken next, so that few slots are
/// touched while few packets are under way.
struct DelayQueue {
    struct Packet: Equatable {
        let slot: Int
        let length: Int
        /// On the clock of the caller, nanoseconds.
        let due: UInt64
    }

    private var free: [Int]
    private var packets: [Packet]
    private var first = 0
    private var count = 0
    private let delay: UInt64

    /// `delay` in nanoseconds.
    init(slots: Int, delay: UInt64) {
        free = Array((0..<slots).reversed())
        packets = Array(repeating: Packet(slot: 0, length: 0, due: 0), count: slots)
        self.delay = delay
    }

    /// Where the next packet's bytes go; nil when all slots are taken.
    var nextSlot: Int? { free.last }

    /// When the first packet is to leave.
    var nextDue: UInt64? { count == 0 ? nil : packets[first].due }

    /// The packet that was put into `nextSlot`, at this time.
    mutating func append(length: Int, at now: UInt64) {
        guard let slot = free.popLast() else { preconditionFailure("a packet without a slot") }
        packets[(first + count) % packets.count] = Packet(slot: slot, length: length, due: now + delay)
        count += 1
    }

    /// The first packet, if its time has come. Its slot is free from now on, but is not taken before the next `append`.
    mutating func popDue(at now: UInt64) -> Packet? {
        guard count > 0, packets[first].due <= now else { return nil }
        let packet = packets[first]
        first = (first + 1) % packets.count
        count -= 1
        free.append(packet.slot)
        return packet
    }
}
