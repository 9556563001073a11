import ArtifactStore
import JobCache
import Pages
import Parts

extension PageLabel {
    /// Of the page that a job has now: another program, another state, other files make another.
    init(of job: Job, _ library: JobLibrary) {
        let files = [ArtifactSlot.markdown, .result].map { slot -> String in
            guard let artifact = job.artifact(slot), library.mayBeHad(artifact, of: job) else { return "-" }
            return artifact.size.map(String.init) ?? "?"
        }
        let state = library.withholds(job) ? "withheld" : job.phase.rawValue
        let policy = library.partsPolicy
        let made = policy.areShown ? "parts:\(PartsMaker.version)\(policy.isGuarded ? "-guarded" : "")" : "parts:none"
        let parts = ["page:\(JobPage.version)", made, state, String(job.facts.modifiedAt.nanoseconds)]
        self.init(text: (parts + files).joined(separator: " "))
    }
}
