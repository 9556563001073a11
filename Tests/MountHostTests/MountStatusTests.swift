import FUSE
import SystemPackage
import Testing

@testable import MountHost
@testable import PulseFS

@Suite("Mount status")
struct MountStatusTests {
    private let entry = MountTableEntry(
        minorDevice: 1, mountpoint: "/m", type: "fuse.pulsefs", source: "pulse:https://a.example", owner: 0)
    private let facts = MountFacts(json: Array(Self.json(kept: false, closed: nil).utf8))

    private static func json(kept: Bool, closed: String?) -> String {
        """
        {"pid": 7, "api": "https://b.example", "api_kept_back": \(kept), "key": "good", "closed": \
        \(closed.map { "\"\($0)\"" } ?? "null"), "cache": "/c", "mounted_at": "2026-01-01T00:00:00Z", \
        "uptime_seconds": 3, "version": "1"}
        """
    }

    private func health(kept: Bool, closed: String?) -> MountStatus.Health? {
        MountFacts(json: Array(Self.json(kept: kept, closed: closed).utf8)).map {
            MountStatus(entry, .answered($0)).health
        }
    }

    @Test("what a mount says of itself decides: closed before kept back before ok")
    func answered() throws {
        #expect(health(kept: false, closed: nil) == .ok)
        #expect(health(kept: true, closed: nil) == .apiKeptBack)
        #expect(health(kept: true, closed: "no such key") == .closed("no such key"))
        let facts = try #require(facts)
        #expect(MountStatus(entry, .answered(facts)).api == "https://b.example")
        #expect(MountFacts(json: Array(facts.text.utf8)) == facts)
    }

    @Test(
        "a mount that says nothing is told by how it fails",
        arguments: [
            (MountProbe.Outcome.silent, "not_answering"), (.gone, "stale"), (.refused, "not_permitted"),
            (.unknown(.ioError), "not_answering"),
        ])
    func unanswered(_ outcome: MountProbe.Outcome, _ word: String) {
        let status = MountStatus(entry, outcome)
        #expect(status.health.word == word)
        #expect(status.facts == nil && status.api == "https://a.example" && status.directory == "/m")
    }

    @Test("what is no facts is nothing", arguments: ["", "{}", "[]", "{\"pid\": \"7\"}"])
    func garbage(_ text: String) {
        #expect(MountFacts(json: Array(text.utf8)) == nil)
    }
}
