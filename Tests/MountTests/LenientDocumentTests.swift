import PulseEmulator
import PulseTestSupport
import Testing

@Suite("Mount: answers that are not quite JSON")
struct LenientDocumentTests {
    @Test("S5.8 Python's NaN and a byte order mark cost no file of a job, and result.json is what the API sent")
    func python() async throws {
        try await Rig.mounted { (rig, mount) async throws in
            let result = #"{"markdown": "M\n", "credits_used": NaN, "low": -Infinity, "high": [Infinity]}"#
            let answer = #"{"job_id": "j", "status": "completed", "score": NaN, "result": \#(result)}"#
            rig.emulator.set(.json("\u{FEFF}" + answer), on: .path("/job/j"))
            let outcome = try await mount.shell(
                """
                cd "$M/jobs/j" && cat result.json && python3 -c '
                import json
                status = json.load(open("status.json"))
                assert status["score"] != status["score"] and "result" not in status
                assert json.load(open("result.json"))["high"] == [float("inf")]
                assert open("result.md").read() == "M\\n"
                assert open("index.html").read()' >&2
                """)
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(outcome.text == result)
        }
    }
}
