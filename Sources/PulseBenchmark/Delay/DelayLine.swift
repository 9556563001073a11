import CTunnel
import Foundation

/// One direction of a long cable: what one tunnel sends reaches the other a fixed time later.
///
/// `@unchecked Sendable`: made on one thread, then used by the one that runs it alone.
final class DelayLine: @unchecked Sendable {
    /// A segment of 64 KiB, its IP header and the kernel's own.
    private static let slotSize = 68 << 10
    /// What 16 streams with the kernel's largest windows have under way, and as many acknowledgements.
    private static let slots = 8192
    /// Packets taken in one go, before those that are due are looked at.
    private static let batch = 32

    private let source: Tunnel
    private let destination: Tunnel
    private let bytes: UnsafeMutableRawPointer
    private var queue: DelayQueue

    init(from source: Tunnel, to destination: Tunnel, delay: Duration) {
        self.source = source
        self.destination = destination
        let (seconds, attoseconds) = delay.components
        let nanoseconds = UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
        queue = DelayQueue(slots: Self.slots, delay: nanoseconds)
        // Pages are taken when they are first touched.
        bytes = .allocate(byteCount: Self.slots * Self.slotSize, alignment: 4096)
    }

    /// Carries packets for ever, on the calling thread.
    func run() -> Never {
        _ = pulse_set_timer_slack(1000)
        while true {
            wait()
            takeIn()
            handOut()
        }
    }

    /// Until there is a packet to take, or one is due.
    private func wait() {
        // Without a slot a packet stays in the device's own queue, which drops what it cannot hold.
        let events = queue.nextSlot == nil ? 0 : POLLIN
        var interest = pollfd(fd: source.descriptor, events: Int16(events), revents: 0)
        guard let due = queue.nextDue else {
            _ = ppoll(&interest, 1, nil, nil)
            return
        }
        let now = Self.now
        let left = due > now ? due - now : 0
        var timeout = timespec(tv_sec: Int(left / 1_000_000_000), tv_nsec: Int(left % 1_000_000_000))
        _ = ppoll(&interest, 1, &timeout, nil)
    }

    private func takeIn() {
        for _ in 0..<Self.batch {
            guard let slot = queue.nextSlot else { return }
            let length = read(source.descriptor, bytes + slot * Self.slotSize, Self.slotSize)
            guard length > 0 else { return }
            queue.append(length: length, at: Self.now)
        }
    }

    private func handOut() {
        let now = Self.now
        while let packet = queue.popDue(at: now) {
            // A packet that the other side does not take is lost, as on any network.
            _ = write(destination.descriptor, bytes + packet.slot * Self.slotSize, packet.length)
        }
    }

    private static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
