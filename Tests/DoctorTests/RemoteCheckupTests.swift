import PulseAPI
import System
import Testing
import Transfer

@testable import Doctor
@testable import Settings

@Suite("What the doctor says of the key, the API and the clock")
struct RemoteCheckupTests {
    private func reach(_ answers: [(Int, Double)], _ failure: TransferError? = nil) -> Checkup {
        var reach = APIReach(origin: APIOrigin("https://pulse.example"))
        reach.answers = answers.map { APIReach.Answer(status: $0.0, time: .milliseconds($0.1)) }
        reach.failure = failure
        return reach.checkup
    }

    @Test("S7.1 an API that answers is fine, with the median of the times")
    func answers() {
        let fine = reach([(404, 900), (200, 20), (404, 30)])
        #expect(fine.outcome == .ok && fine.found == "https://pulse.example answers in 30 ms")
        #expect(reach([(404, 2100), (404, 2100)]).outcome == .warning)
        #expect(reach([(302, 10), (302, 10)]).outcome == .warning)
        #expect(reach([(503, 10), (503, 10)]).outcome == .warning)
        #expect(reach([(404, 10)], TransferError(.stalled, "no more")).outcome == .warning)
        #expect(APIReach(origin: nil).checkup.outcome == .skipped)
    }

    @Test(
        "S7.1 an API that cannot be reached is a failure with the exact cause",
        arguments: [
            (TransferError.Code.nameNotResolved, "pulsefs config"), (.refused, "pulsefs config"),
            (.tls(.certificate), "update-ca-certificates"), (.tls(.hostname), "pulsefs config"),
            (.tls(.protocol), "pulsefs config"), (.connectTimedOut, "firewall"), (.stalled, "curl -sv"),
        ])
    func unreachable(_ code: TransferError.Code, _ remedy: String) {
        let said = reach([], TransferError(code, "the cause"))
        #expect(said.outcome == .failure && said.found == "https://pulse.example: the cause")
        #expect(said.remedy?.contains(remedy) == true)
    }

    @Test("S7.2 the key is accepted, refused, or not to be checked; without one a mount cannot be made")
    func key() {
        func checkup(_ verdict: KeyVerdict?) -> Checkup {
            KeyExamination(state: .present(place: "PULSE_API_KEY", verdict: verdict)).checkup
        }
        #expect(checkup(.good).outcome == .ok && checkup(.good).found.contains("PULSE_API_KEY"))
        #expect(checkup(.refused("401")).outcome == .failure && checkup(.refused("401")).found.contains("401"))
        #expect(checkup(.unknown("503")).outcome == .warning)
        #expect(checkup(nil).outcome == .warning)
        #expect(KeyExamination(state: .unusable([])).checkup.outcome == .failure)
        let missing = KeyExamination(state: .unusable([SettingsProblem("there is no key")])).checkup
        #expect(missing.outcome == .failure && missing.found == "there is no key" && missing.remedy != nil)
    }

    @Test(
        "a clock that is off by more than two minutes is a warning, by more than a quarter of an hour a failure",
        arguments: [
            (0.4, .ok), (119.0, .ok), (-119.0, .ok), (121.0, .warning), (-899.0, .warning), (901.0, .failure),
            (-901.0, .failure), (nil, .skipped),
        ] as [(Double?, Checkup.Outcome)])
    func clock(_ lead: Double?, _ outcome: Checkup.Outcome) {
        let checkup = ClockSkew(lead: lead).checkup
        #expect(checkup.outcome == outcome)
        if let lead, lead < -2 { #expect(checkup.found.contains("behind")) }
        if let lead, lead > 2 { #expect(checkup.found.contains("ahead")) }
    }

    @Test(
        "S4.3 what is shown of a proxy has no credentials",
        arguments: [
            ("http://proxy.example:3128", "http://proxy.example:3128"), ("proxy:3128/", "proxy:3128"),
            ("http://me:secret@proxy:3128/x", "http://…@proxy:3128"), ("me:secret@proxy", "…@proxy"),
            ("http://me:se/cr@et@proxy", "http://…@proxy"), ("me:secret://x@proxy", "…@proxy"),
            ("me:secret@proxy/?secret", "…@proxy"),
        ])
    func proxy(_ value: String, _ shown: String) {
        #expect(ProxyVariables.redacted(value) == shown)
    }

    @Test("the proxy in force is the one that libcurl takes for the address")
    func proxies() throws {
        let plain = try #require(APIOrigin("http://pulse.example"))
        func found(_ variables: [String: String], _ origin: APIOrigin) -> String {
            ProxyVariables(Surroundings(variables), for: origin).checkup.found
        }
        let both = ["http_proxy": "http://a", "HTTPS_PROXY": "http://b", "HTTP_PROXY": "http://c", "NO_PROXY": "x,y"]
        #expect(found(both, plain).contains("http_proxy=http://a, except for the hosts of NO_PROXY=x,y"))
        #expect(found(both, .production).contains("HTTPS_PROXY=http://b"))
        #expect(found(["HTTP_PROXY": "http://c"], plain) == "none is set")
        #expect(found(["ALL_PROXY": "socks5h://d"], plain).contains("ALL_PROXY=socks5h://d"))
    }
}
