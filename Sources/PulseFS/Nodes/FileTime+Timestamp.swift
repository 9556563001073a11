import ArtifactStore
import JobCache
import Quantities

extension FileTime {
    init(_ time: Timestamp) {
        let (seconds, rest) = time.nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        self.init(
            seconds: rest < 0 ? seconds -| 1 : seconds, nanoseconds: UInt32(rest < 0 ? rest +| 1_000_000_000 : rest))
    }

    static var now: FileTime { FileTime(APITime.now) }
}
