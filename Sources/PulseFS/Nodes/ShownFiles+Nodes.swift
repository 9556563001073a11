import FUSE
import JobCache

/// The nodes of files, which are others for versions that took the place of another.
///
/// The kernel keeps pages by node, and a reader holds on to a node for as long as it has the file open: so another version of a
/// file's bytes is another node. The old one is stale from then on (ESTALE), whoever has it open; the kernel looks a path up
/// again when it meets a stale node there, and so finds the new one. The inode number that programs see stays the same.
extension ShownFiles {
    /// Numbers that no file has by its place: those of jobs that are in memory alone end far below.
    private static let firstReplacement: UInt64 = 0b11 << 62

    /// Calls `observer` with each node that has become stale, before anyone is answered. One observer.
    func observe(_ observer: @escaping @Sendable (NodeID) -> Void) {
        observeReplacements { place, edition in observer(Self.node(of: place, edition)) }
    }

    /// The node that stands for a file now.
    func node(of place: Place) -> NodeID { Self.node(of: place, edition(of: place)) }

    private static func node(of place: Place, _ edition: Edition) -> NodeID {
        switch edition {
        case .first: Node.file(place.job, place.slot).id
        case .replacement(let number): NodeID(firstReplacement | number)
        }
    }

    /// What a node of the kernel's stands for; nil for one that is stale, or was never given.
    func place(of id: NodeID) -> Node? {
        if id.rawValue >= Self.firstReplacement {
            return place(ofReplacement: id.rawValue & ~Self.firstReplacement).map { .file($0.job, $0.slot) }
        }
        let node = Node(id)
        guard case .file(let job, let slot)? = node else { return node }
        return edition(of: Place(job, slot)) == .first ? node : nil
    }
}
