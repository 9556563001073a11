import Foundation
import PulseEmulator
import PulseTestSupport
import SystemPackage

/// A job's files as they should be, in an ordinary directory: from the emulator's own bytes and from its answer over
/// HTTP, without any code of the product.
struct ReferenceCopy {
    let path: FilePath

    init(of job: String, _ rig: Rig) async throws {
        path = try rig.scratch.make("reference-\(UUID().uuidString.prefix(8))")
        let images = path.appending("images")
        try FileManager.default.createDirectory(atPath: images.string, withIntermediateDirectories: false)
        for name in rig.emulator.imageNames(of: job) {
            let bytes = Data(rig.emulator.imageBytes(name, of: job))
            try bytes.write(to: URL(fileURLWithPath: images.appending(name).string))
        }
        let made = try await Shell.run(
            """
            set -e; cd "$1"
            curl -fsS -H "x-api-key: $2" "$3" > ../answer.json
            python3 - <<'PY'
            import json
            answer = open("../answer.json").read()
            start = answer.index('"result":') + len('"result":')
            result, end = json.JSONDecoder().raw_decode(answer, start)
            write = lambda name, text: open(name, "w", newline="").write(text)
            write("result.json", answer[start:end])
            write("result.md", result["markdown"])
            write("result.html", result["extensions"]["altOutputs"]["html"])
            PY
            """, [path.string, TestKeys.northwind, "\(rig.emulator.baseURL)/job/\(job)"])
        guard made.status == 0 else { throw MountedPulseFS.Failure(description: made.errors) }
        rig.emulator.clearRequests()
    }
}
