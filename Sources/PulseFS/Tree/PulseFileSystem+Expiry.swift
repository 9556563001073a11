import ArtifactStore
import FUSE
import JobCache
import SystemPackage

/// What is missing of jobs that the API has let go of.
extension PulseFileSystem {
    /// The answer when the API has been asked about a job once more, where that may bring back what is missing; else nil.
    func askingAgain<Value: Sendable>(
        _ job: Job, _ answer: @escaping @Sendable (Job) -> Answer<Value>
    ) -> Answer<Value>? {
        guard library.isWorthAskingAgain(job) else { return nil }
        return .later { [library] () throws(Errno) in try await answer(await library.doubt(job)).resolved() }
    }
}
