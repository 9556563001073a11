package import ArtifactStore
package import FUSE
package import JobCache
import Quantities

/// A place in the tree, and the inode number that stands for it.
///
/// The number is computed, not looked up: a job's is its ordinal in the cache, followed by 20 bits for the file within
/// the job. So numbers are the same after a remount, and the kernel may hold millions of nodes of which nothing is kept here.
package enum Node: Hashable, Sendable {
    case root
    case readme
    case control
    case controlFile(ControlFile)
    /// `.pulsefs/explain`, and the files in it by their numbers.
    case explain
    case explained(Int)
    case jobs
    /// `jobs/index.html`.
    case jobsPage
    case job(JobOrdinal)
    case images(JobOrdinal)
    case parts(JobOrdinal, PartDirectory)
    case file(JobOrdinal, ArtifactSlot)

    /// In `jobs`; no job's id has a dot.
    static let jobsPageName = "index.html"

    private static let slotBits: UInt64 = 20
    private static let slotMask: UInt64 = ~(.max << slotBits)
    private static let firstControlFile: UInt64 = 16
    private static let firstExplained: UInt64 = 4096
    /// How many numbers there are for them.
    static let explainedFiles = Int((1 << slotBits) -| firstExplained)

    package var id: NodeID {
        switch self {
        case .root: NodeID.root
        case .readme: NodeID(2)
        case .control: NodeID(3)
        case .jobs: NodeID(4)
        case .explain: NodeID(5)
        case .jobsPage: NodeID(6)
        case .explained(let number): NodeID(Self.firstExplained +| UInt64(number))
        case .controlFile(let file): NodeID(Self.firstControlFile +| UInt64(file.rawValue))
        case .job(let ordinal): Self.id(ordinal, 0)
        case .images(let ordinal): Self.id(ordinal, UInt64(ArtifactSlot.images.rawValue))
        case .parts(let ordinal, let directory): Self.id(ordinal, UInt64(directory.rawValue))
        case .file(let ordinal, let slot): Self.id(ordinal, UInt64(truncatingIfNeeded: slot.rawValue))
        }
    }

    private static func id(_ ordinal: JobOrdinal, _ slot: UInt64) -> NodeID {
        NodeID(UInt64(bitPattern: ordinal.rawValue) << slotBits | slot & slotMask)
    }

    /// Nil for a number that this tree never gave.
    package init?(_ id: NodeID) {
        let ordinal = JobOrdinal(Int64(clamping: id.rawValue >> Self.slotBits))
        let low = id.rawValue & Self.slotMask
        guard ordinal.rawValue == 0 else {
            switch low {
            case 0: self = .job(ordinal)
            case UInt64(ArtifactSlot.images.rawValue): self = .images(ordinal)
            default:
                self =
                    PartDirectory(rawValue: Int(low)).map { .parts(ordinal, $0) }
                    ?? .file(ordinal, ArtifactSlot(Int(low)))
            }
            return
        }
        switch low {
        case NodeID.root.rawValue: self = .root
        case 2: self = .readme
        case 3: self = .control
        case 4: self = .jobs
        case 5: self = .explain
        case 6: self = .jobsPage
        case Self.firstExplained...: self = .explained(Int(low -| Self.firstExplained))
        default:
            guard low >= Self.firstControlFile, let file = ControlFile(rawValue: Int(low -| Self.firstControlFile))
            else { return nil }
            self = .controlFile(file)
        }
    }
}
