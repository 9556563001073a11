import ArtifactStore
import Testing

@testable import JobCache

@Suite("Named images")
struct NamedImagesTests {
    private let start = ContinuousClock.now
    private let job = JobOrdinal(1)
    private let reader: Int32 = 7

    private func slot(_ number: Int) -> ArtifactSlot { ArtifactSlot(ArtifactSlot.firstImage.rawValue + number) }

    private func look(
        _ images: inout NamedImages, at number: Int, by reader: Int32? = nil, isWalk: Bool = false,
        after pause: Duration = .zero
    ) -> Bool {
        let now = start + pause
        let look = images.look(at: slot(number), of: job, by: reader ?? self.reader, isWalk: isWalk, at: now)
        images.tell(look, at: now)
        return look.isNamed
    }

    @Test("a look at a name that nobody has listed is likely to be followed by a read")
    func named() {
        var images = NamedImages()
        #expect(look(&images, at: 1))
        // The same name again is no walk.
        #expect(look(&images, at: 1))
    }

    @Test(
        "S2.4 a name of a directory that was listed is one of a walk, however long ago, and whatever others have read since"
    )
    func listed() {
        var images = NamedImages()
        images.noticeListing(of: job)
        #expect(!look(&images, at: 1))
        images.noticeRead(of: slot(1), of: job, at: start)
        #expect(!look(&images, at: 2, by: 8))
        #expect(!look(&images, at: 3, after: NamedImages.memory * 100))
        #expect(images.look(at: slot(1), of: JobOrdinal(2), by: reader, isWalk: false, at: start).isNamed)
    }

    @Test(
        "S2.8 in a directory that was listed, too, whoever has read two that it looked at wants the next one, for a while"
    )
    func reading() {
        var images = NamedImages()
        images.noticeListing(of: job)
        for number in 1...100 {
            for reader in Int32(1)...8 {
                let place = number * 8 + Int(reader)
                #expect(look(&images, at: place, by: reader) == (number > 2))
                images.noticeRead(of: slot(place), of: job, at: start)
            }
        }
        let areRead = images.areRead(job)
        #expect(areRead)
        // It has looked at one and not read it.
        #expect(look(&images, at: 900, by: 1))
        #expect(!look(&images, at: 901, by: 1))
        let wantsSizes = !images.areRead(job)
        #expect(wantsSizes)
        images.noticeRead(of: slot(900), of: job, at: start)
        images.noticeRead(of: slot(901), of: job, at: start)
        #expect(!look(&images, at: 902, by: 1, after: NamedImages.memory))
    }

    @Test("a look that was answered with an error makes no reader")
    func failed() {
        var images = NamedImages()
        images.noticeListing(of: job)
        for number in 1...10 {
            let look = images.look(at: slot(number), of: job, by: reader, isWalk: false, at: start)
            #expect(!look.isNamed && !look.isOneOfMany)
            images.forget(look)
        }
        let isRun = images.areRead(job)
        #expect(!isRun)
    }

    @Test("while sizes are asked for ahead, every name is one of them")
    func walk() {
        var images = NamedImages()
        #expect(!look(&images, at: 1, isWalk: true))
    }

    @Test("who looks at a second name without having read the first wants sizes; who has read it wants the second too")
    func unread() {
        var images = NamedImages()
        #expect(look(&images, at: 1))
        #expect(!look(&images, at: 2))
        images.noticeRead(of: slot(1), of: job, at: start)
        images.noticeRead(of: slot(2), of: job, at: start)
        #expect(look(&images, at: 3))
        #expect(!look(&images, at: 4, after: .seconds(4)))
        #expect(look(&images, at: 5, after: .seconds(10)))
    }

    @Test("S2.4 a look is remembered from its answer on, however late a server gave it, and not at all after an error")
    func slowServer() {
        var images = NamedImages()
        let first = images.look(at: slot(1), of: job, by: reader, isWalk: false, at: start)
        let answered = NamedImages.memory * 10
        images.tell(first, at: start + answered)
        #expect(!look(&images, at: 2, after: answered))
        images.noticeRead(of: slot(1), of: job, at: start)
        images.noticeRead(of: slot(2), of: job, at: start)
        let third = images.look(at: slot(3), of: job, by: reader, isWalk: false, at: start + answered)
        images.forget(third)
        #expect(look(&images, at: 4, after: answered))
    }

    @Test("many who look at once at one name each are readers, until one of them has not read what it was told of")
    func together() {
        var images = NamedImages()
        let looks = (1...16).map {
            images.look(at: slot($0), of: job, by: Int32($0), isWalk: false, at: start)
        }
        #expect(looks.allSatisfy { $0.isNamed })
        for look in looks { images.tell(look, at: start) }
        #expect(look(&images, at: 17, by: 17, after: .milliseconds(1)))
        #expect(!look(&images, at: 18, by: 18, after: NamedImages.pause))
        for number in 1...18 { images.noticeRead(of: slot(number), of: job, at: start) }
        #expect(look(&images, at: 19, by: 19, after: NamedImages.pause))
    }

    @Test("what is remembered has a bound: beyond it, names are asked for their sizes")
    func bound() {
        var images = NamedImages()
        let looks = (1...200).map {
            images.look(at: slot($0), of: job, by: Int32($0), isWalk: false, at: start).isNamed
        }
        #expect(looks.filter { $0 }.count == 64)
    }
}
