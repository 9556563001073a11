import ArtifactStore
import FUSE
import Testing

@testable import JobCache
@testable import PulseFS

@Suite("Node")
struct NodeTests {
    private static let ordinals = [1, 2, 4095, 1 << 30, (1 << 43) - 1].map { JobOrdinal(Int64($0)) }

    private static let all: [Node] =
        [.root, .readme, .control, .jobs, .explain, .explained(0), .explained(Node.explainedFiles - 1)]
        + ControlFile.allCases.map { .controlFile($0) }
        + ordinals.flatMap { ordinal -> [Node] in
            [.job(ordinal), .images(ordinal)]
                + [.status, .error, .markdown, .result, .html, .form, .firstImage, .last].map { .file(ordinal, $0) }
        }

    @Test("S1.6 a node is found again by its number, and no two share one")
    func roundTrip() {
        for node in Self.all { #expect(Node(node.id) == node) }
        #expect(Set(Self.all.map(\.id)).count == Self.all.count)
    }

    @Test("numbers that the tree never gave are no nodes", arguments: [0, 7, 15, 31, 63, 64, 4095])
    func unknown(number: UInt64) {
        #expect(Node(NodeID(number)) == nil)
    }

    @Test("every number can be looked at")
    func extremes() {
        for number in [UInt64.max, UInt64.max - 1, 1 << 63, 1 << 20] { #expect(Node(NodeID(number)) != nil) }
    }

    @Test("S1.6 the numbers are those of every version, as programs remember them")
    func fixed() {
        #expect(Node.root.id == NodeID(1))
        #expect(Node.jobs.id == NodeID(4))
        #expect(Node.job(JobOrdinal(1)).id == NodeID(1 << 20))
        #expect(Node.file(JobOrdinal(1), .markdown).id == NodeID(1 << 20 | 3))
        #expect(Node.images(JobOrdinal(2)).id == NodeID(2 << 20 | 8))
        #expect(Node.file(JobOrdinal(2), .firstImage).id == NodeID(2 << 20 | 64))
        #expect(Node.file(JobOrdinal(2), .page).id == NodeID(2 << 20 | 9) && Node.jobsPage.id == NodeID(6))
    }
}
