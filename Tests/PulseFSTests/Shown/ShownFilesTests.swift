import ArtifactStore
import FUSE
import PulseAPI
import PulseTestSupport
import Synchronization
import Testing

@testable import JobCache
@testable import PulseFS

@Suite("Files as the kernel was shown them")
struct ShownFilesTests {
    private let place = ShownFiles.Place(JobOrdinal(7), .firstImage)
    private var base: NodeID { Node.file(place.job, place.slot).id }
    private let a = ShownFiles.Version(validators: Validators(entityTag: "\"a\""))
    private let b = ShownFiles.Version(validators: Validators(entityTag: "\"b\""))

    @Test("S2.7 another version is another node, the one before is stale, and others' nodes stay")
    func replaced() {
        let shown = ShownFiles()
        let stale = Mutex<[NodeID]>([])
        shown.observe { node in stale.withLock { $0.append(node) } }
        shown.show(a, at: place)
        shown.show(a, at: place)
        #expect(shown.node(of: place) == base && shown.place(of: base) == .file(place.job, place.slot))
        shown.show(b, at: place)
        let second = shown.node(of: place)
        #expect(second != base)
        #expect(shown.place(of: base) == nil)
        #expect(shown.place(of: second) == .file(place.job, place.slot))
        shown.show(b, at: place)
        shown.show(a, at: place)
        let third = shown.node(of: place)
        #expect(Set([base, second, third]).count == 3)
        #expect(shown.place(of: second) == nil && shown.place(of: base) == nil)
        #expect(stale.withLock { $0 } == [base, second])
        let other = Node.file(place.job, ArtifactSlot(65))
        #expect(shown.place(of: other.id) == other)
        #expect(shown.node(of: .init(place.job, ArtifactSlot(65))) == other.id)
        for node in [Node.root, .jobs, .job(place.job)] { #expect(shown.place(of: node.id) == node) }
    }

    @Test("a version is told by its digest, else by what the server says; what cannot be told is taken for another")
    func versions() {
        let shown = ShownFiles()
        let whole = ShownFiles.Version(sha256: "x", validators: a.validators)
        shown.complete(whole, at: place)
        #expect(!shown.isKnownByDigest(place), "nothing was shown")
        shown.show(a, at: place)
        shown.complete(whole, at: place)
        #expect(shown.isKnownByDigest(place))
        #expect(shown.compare(.init(sha256: "x"), at: place) == .same)
        #expect(shown.compare(.init(sha256: "y"), at: place) == .different)
        #expect(shown.compare(a, at: place) == .same && shown.compare(b, at: place) == .different)
        #expect(shown.compare(.init(validators: Validators()), at: place) == .unknown)
        shown.show(.init(sha256: "x"), at: place)
        #expect(shown.node(of: place) == base)
        shown.show(.init(validators: Validators()), at: place)
        #expect(shown.node(of: place) != base)
    }

    @Test("a file that another process has put into the cache is what was shown, if the server said the same of both")
    func foundInCache() {
        for (label, isSame) in [(a.validators, true), (b.validators, false), (nil, false)] {
            let shown = ShownFiles()
            shown.show(.init(validators: a.validators, download: 1), at: place)
            shown.show(.init(sha256: "x", validators: label), at: place)
            #expect((shown.node(of: place) == base) == isSame)
        }
    }

    @Test("what comes by one download is of one version, though nothing tells it from another")
    func downloads() {
        let shown = ShownFiles()
        let nothing = Validators(size: 5)
        shown.show(.init(validators: nothing, download: 1), at: place)
        shown.show(.init(validators: nothing, download: 1), at: place)
        #expect(shown.node(of: place) == base)
        shown.complete(.init(sha256: "x", validators: nothing, download: 1), at: place)
        shown.show(.init(sha256: "x"), at: place)
        #expect(shown.node(of: place) == base)
        shown.show(.init(validators: nothing, download: 2), at: place)
        #expect(shown.node(of: place) != base)
    }

    @Test("what is found in the cache while a file is put there is what came of it, and afterwards it has to be told")
    func arrivals() {
        let shown = ShownFiles()
        shown.show(a, at: place)
        shown.arrive(at: place)
        shown.show(.init(sha256: "x"), at: place)
        shown.complete(.init(sha256: "x", validators: a.validators), at: place)
        shown.show(.init(sha256: "x"), at: place)
        #expect(shown.node(of: place) == base)
        shown.arrive(at: place)
        shown.complete(nil, at: place)
        shown.show(.init(sha256: "y"), at: place)
        #expect(shown.node(of: place) != base)
    }

    @Test("S5.6 every number can be asked about, and those of versions that are no more stand for nothing")
    func numbers() {
        let shown = ShownFiles()
        for _ in 1...3 {
            for number: UInt64 in [0, 1, .max, .max - 1, 0b11 << 62, 1 << 63, 1 << 62] {
                let node = shown.place(of: NodeID(number))
                if number >= 0b11 << 62, shown.node(of: place) != NodeID(number) { #expect(node == nil) }
            }
            shown.replace(place) {}
        }
        for number: Int64 in [.min, -1, 0, .max] {
            for slot: Int in [.min, -1, 0, .max] { _ = shown.node(of: .init(JobOrdinal(number), ArtifactSlot(slot))) }
        }
    }
}
