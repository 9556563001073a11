import Glibc
import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

/// S5.4: images at a host that is not there hold up nothing but themselves, and those not for long.
@Suite("Hosts that are not there", .takingTurns, .timeLimit(.minutes(5)))
struct DeadHostTests {
    private static let count = 40

    private static func job(_ host: String) -> EmulatedJob {
        let images = (1...count).map { number -> JSONNode in
            ["id": .string("a\(number)"), "image_url": .string("\(host)/\(number).png")]
        }
        return EmulatedJob(
            id: "elsewhere", result: .inline(["markdown": "x", "bounding_boxes": ["Images": .array(images)]]))
    }

    @Test(
        "S5.4 ls -l of images at a host without a name, one that refuses, and one that takes no connection",
        arguments: ["nowhere.invalid", "127.0.0.1:1", "full"])
    func list(_ name: String) async throws {
        let full = try FullListener()
        defer { withExtendedLifetime(full) {} }
        let host = "http://\(name == "full" ? "127.0.0.1:\(full.port)" : name)"
        try await Rig.mounted(adding: [Self.job(host)]) { (rig, mount) async throws in
            let begin = ContinuousClock.now
            let listed = try await mount.shell("ls -l \"$M\"/jobs/elsewhere/images | wc -l", timeout: 60)
            // Three seconds for the host, and nothing for each image; the machine that tests is busy.
            #expect(begin.duration(to: .now) < .seconds(25))
            #expect(listed.status == 0)
            // At once for a while after.
            let again = ContinuousClock.now
            _ = try await mount.shell("cat \"$M\"/jobs/elsewhere/images/7.png", timeout: 60)
            #expect(again.duration(to: .now) < .milliseconds(2_900))
            // The API is asked as ever.
            #expect(try await mount.shell("cat \"$M\"/jobs/\(JobName.invoice)/images/logo.png").status == 0)
        }
    }
}
