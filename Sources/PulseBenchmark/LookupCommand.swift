import ArgumentParser
import ArtifactStore
import FUSE
import PulseAPI
import PulseFS
import Quantities
import SystemPackage

/// Times looking up a known artifact, in microseconds: the job by its name, `images`, the image, each answered from the
/// cache on the calling thread.
struct LookupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "lookup")

    @Argument var directory: String
    @Option var origin: String
    @Option var key: String
    @Option var jobs = 100_000
    @Option(help: "Jobs that are looked at; images of each are looked up one after another.") var samples = 2_000

    struct NoAnswer: Error, CustomStringConvertible {
        let description: String
    }

    func run() async throws {
        guard let origin = APIOrigin(origin), let key = APIKey(key) else {
            throw ValidationError("an origin and a key are needed")
        }
        let store = try ArtifactStore(at: FilePath(directory), limits: StoreLimits(size: .max, freeFraction: 0))
        let opening = LibraryOpening(on: store, APIAccess(origin: origin, key: key), actor: "a benchmark")
        let files = PulseFileSystem(
            library: opening.library, keyring: opening.keyring,
            policy: AttributePolicy(mountedAt: FileTime(seconds: 0)), control: ControlFiles { _ in "" })
        var first: [Double] = []
        var known: [Double] = []
        for sample in 0..<samples {
            // Jobs far apart, so that no page of the index is warm by chance.
            let number = sample &* 48_271 % jobs
            let job = try timed(&first) { try lookup(SyntheticJob.id(number), in: Node.jobs.id, files) }
            let images = try lookup("images", in: job, files)
            for image in 1...3 { _ = try timed(&known) { try lookup(SyntheticJob.image(image), in: images, files) } }
        }
        print("job, first time\t\(percentile(first, 0.5))\t\(percentile(first, 0.99))")
        print("known artifact\t\(percentile(known, 0.5))\t\(percentile(known, 0.99))")
        await opening.close(grace: .zero)
    }

    private func lookup(_ name: String, in directory: NodeID, _ files: PulseFileSystem) throws -> NodeID {
        guard
            case .now(.found(let entry)) = files.lookup(name, in: directory, for: Caller(thread: 0, user: 0, group: 0))
        else { throw NoAnswer(description: "\(name) was not known") }
        return entry.attributes.node
    }

    private func timed<Value>(_ times: inout [Double], _ work: () throws -> Value) rethrows -> Value {
        let start = ContinuousClock.now
        let value = try work()
        let (seconds, attoseconds) = start.duration(to: .now).components
        times.append(Double(seconds) * 1e6 + Double(attoseconds) / 1e12)
        return value
    }

    private func percentile(_ times: [Double], _ part: Double) -> String {
        let sorted = times.sorted()
        let value = sorted[min(sorted.count - 1, Int(Double(sorted.count) * part))]
        return "\((value * 10).rounded() / 10)"
    }
}
