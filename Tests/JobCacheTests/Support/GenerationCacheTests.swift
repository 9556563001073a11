import Testing

@testable import JobCache

@Suite("Generation cache")
struct GenerationCacheTests {
    @Test("it holds at least one generation and at most two")
    func bounds() {
        var cache = GenerationCache<Int, Int>(generation: 10)
        for number in 0..<1000 {
            cache.set(number, for: number)
            #expect(cache.count <= 20)
            for recent in max(0, number - 9)...number { #expect(cache.value(for: recent) == recent) }
        }
    }

    @Test("what is used stays, what is not goes")
    func use() {
        var cache = GenerationCache<Int, Int>(generation: 10)
        cache.set(-1, for: -1)
        for number in 0..<100 {
            cache.set(number, for: number)
            #expect(cache.value(for: -1) == -1)
        }
        #expect(cache.value(for: 0) == nil)
    }

    @Test("a value that is set again replaces the old one in both generations, and a removed one is gone from both")
    func replace() {
        var cache = GenerationCache<Int, String>(generation: 1)
        cache.set("old", for: 1)
        cache.set("other", for: 2)
        cache.set("new", for: 1)
        #expect(cache.value(for: 1) == "new")
        cache.remove(1)
        #expect(cache.value(for: 1) == nil)
        #expect(cache.value(for: 2) == "other" || cache.count <= 2)
    }

    @Test("a generation is never smaller than one")
    func smallest() {
        var cache = GenerationCache<Int, Int>(generation: -5)
        cache.set(1, for: 1)
        #expect(cache.value(for: 1) == 1)
    }
}
