import System
import SystemPackage
import Testing

@testable import Doctor
@testable import Settings

@Suite("What the doctor says of a shared store") struct StoreCheckupTests {
    private func checkup(_ state: StoreReach.State) -> Checkup {
        StoreReach(address: "s3://bucket/pulse", state: state).checkup
    }

    @Test func aStoreThatIsWellIsFine() {
        let found = checkup(.found(claims: true, milliseconds: 4, clockAhead: 0))
        #expect(found.name == "store" && found.outcome == .ok && found.remedy == nil)
        #expect(found.found.contains("4 ms"))
    }

    @Test func whatCouldBeBetterIsAWarningWithWhatToDo() {
        for state: StoreReach.State in [
            .found(claims: false, milliseconds: 4, clockAhead: 0),
            .found(claims: true, milliseconds: 4, clockAhead: -4000),
            .away("connection refused"), .unclear("403"),
        ] {
            let found = checkup(state)
            #expect(found.outcome == .warning && found.remedy != nil, "\(found)")
        }
        #expect(checkup(.found(claims: true, milliseconds: 900, clockAhead: 0)).outcome == .warning)
    }

    @Test func aClockThatIsOffIsToldWithWhichWay() {
        for (seconds, words) in [(Int64(3600), "3600 s ahead of this one"), (-3600, "3600 s behind this one")] {
            let found = checkup(.found(claims: true, milliseconds: 4, clockAhead: seconds)).found
            #expect(found.contains("its clock is \(words)"), "\(found)")
        }
    }

    @Test func whatAMountWouldRefuseIsAFailure() {
        for state: StoreReach.State in [.refused("its secret is another"), .unusable("no secret")] {
            #expect(checkup(state).outcome == .failure)
        }
    }

    @Test func withoutAStoreThereIsNoRow() async throws {
        let sources = SettingsSources(SettingsFlags(), Surroundings([:], workingDirectory: "/"))
        #expect(await StoreReach.here(sources, within: .seconds(1)) == nil)
    }
}
