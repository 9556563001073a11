import PulseTestSupport
import SystemPackage
import Testing

@testable import PulseFS

@Suite("Directory lineage")
struct DirectoryLineageTests {
    private func lineage(_ numbers: [UInt64], isThere: Bool = true, _ place: String? = nil) -> DirectoryLineage {
        let identities = numbers.map { DirectoryLineage.Identity(device: 1, inode: $0) }
        return DirectoryLineage(
            own: isThere ? identities.first : nil, above: isThere ? Array(identities.dropFirst()) : identities,
            place: place.map { DirectoryLineage.Place(device: "8:1", path: FilePath($0)) })
    }

    @Test("S7.1: what is above a directory tells what it is in, and else its place in the file system")
    func within() {
        let outer = lineage([5, 2], "/a")
        #expect(outer.isWithin(outer) && lineage([9, 5, 2]).isWithin(outer))
        #expect(lineage([5, 2], isThere: false, nil).isWithin(outer))
        #expect(!outer.isWithin(lineage([9, 5, 2])) && !lineage([8, 2], "/b").isWithin(outer))
        // What does not exist has nothing in it.
        #expect(!lineage([5, 2]).isWithin(lineage([5, 2], isThere: false)))
        #expect(lineage([70], "/a/b").isWithin(outer) && !lineage([70], "/ab").isWithin(outer))
        #expect(!lineage([70], nil).isWithin(outer))
    }

    @Test("S7.1: the three ways in which a mount and its cache can lie in each other")
    func nestings() {
        let (outer, inner, other) = (lineage([5, 2]), lineage([9, 5, 2]), lineage([7, 2]))
        #expect(CacheNesting(mountpoint: outer, cache: inner) == .cacheInMount)
        #expect(CacheNesting(mountpoint: inner, cache: outer) == .mountInCache)
        #expect(CacheNesting(mountpoint: outer, cache: outer) == .same)
        #expect(CacheNesting(mountpoint: outer, cache: other) == nil)
    }

    @Test("a directory is looked at through links, and one that is not there from where it would be")
    func looked() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            try await Shell.run("cd \"$1\"; mkdir -p a/b c; ln -s ../a/b c/l; ln -s nowhere d", [scratch.path.string])
            let look = { (name: String) in DirectoryLineage(FilePath("\(scratch.path)/\(name)")) }
            let a = look("a")
            #expect(a.own != nil && a.place != nil)
            #expect(look("c/l") == look("a/b") && look("a/b").isWithin(a) && !look("c").isWithin(a))
            #expect(look("c/l/../x").isWithin(a) && look("c/l/../x").own == nil)
            #expect(!look("c/l/../../x").isWithin(a) && look("c/../a/x/y").isWithin(a))
            #expect(!look("none/../c").isWithin(a) && look("none/../a").isWithin(a) && look("none/../a").own == a.own)
            #expect(look("d").own == nil && !look("d").isWithin(a) && look("d").isWithin(look(".")))
            #expect(DirectoryLineage("/").own != nil && a.isWithin(DirectoryLineage("/")))
            #expect(DirectoryLineage("/..").own == DirectoryLineage("/").own)
        }
    }
}
