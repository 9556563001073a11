import Testing

@testable import PulseAPI

@Suite("What a status means")
struct StatusMeaningTests {
    @Test("S5.1 any 5xx but 501 and 505 is asked again by GET, with 408, 425 and 429, and no other")
    func again() {
        for status in 100...999 {
            let isExpected = (500...599).contains(status) && status != 501 && status != 505
            #expect(
                StatusMeaning(status).mayPass(isHead: false) == (isExpected || [408, 425, 429].contains(status)),
                "\(status)")
        }
    }

    @Test("what is asked again is no sign of a server that keeps up, and what asks for fewer requests is asked again")
    func limits() {
        for status in 100...999 {
            let meaning = StatusMeaning(status)
            if meaning.mayPass(isHead: false) { #expect(!meaning.isKeepingUp, "\(status)") }
            if meaning.isOverload { #expect(meaning.mayPass(isHead: true), "\(status)") }
        }
    }

    @Test("what is asked again as a HEAD says nothing of the file, and the rest is asked by GET or stands")
    func heads() {
        for status in 300...999 {
            let meaning = StatusMeaning(status)
            if meaning.mayPass(isHead: true) { #expect(meaning.wordOfHead == .nothing, "\(status)") }
        }
        #expect(StatusMeaning(405).wordOfHead == .methodRefused && StatusMeaning(501).wordOfHead == .methodRefused)
    }
}
