import Dispatch
import Quantities
import System

/// Gives memory back to the system that a burst of work has left free within the process: a mount lives for weeks, and a
/// `find` over a million files should not be seen in its size for as long. The same goes for code and constants that the work needed.
struct MemoryTrim {
    private let timer: any DispatchSourceTimer

    /// Bytes that are worth the trouble.
    private static let worthwhile = 4 << 20
    private static let interval = DispatchTimeInterval.seconds(5)
    /// By default there are several heaps for each processor, each of which keeps what it has had.
    private static let heaps: Int32 = 2

    /// To be made when the mount is usable: two thirds of the program's code served its start alone, and are not to count as memory of
    /// the mount from then on.
    init() {
        ProcessMemory.unmapFiles()
        ProcessMemory.limitHeaps(to: Self.heaps)
        timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "pulsefs.memory", qos: .background))
        timer.schedule(deadline: .now() + Self.interval, repeating: Self.interval, leeway: .seconds(1))
        let needed = ThisProcess.mappedBytes ?? 0
        timer.setEventHandler {
            if ProcessMemory.unused > Self.worthwhile { ProcessMemory.giveBack() }
            if let mapped = ThisProcess.mappedBytes, mapped > needed +| UInt64(Self.worthwhile) {
                ProcessMemory.unmapFiles()
            }
        }
        timer.resume()
    }

    func stop() { timer.cancel() }
}
