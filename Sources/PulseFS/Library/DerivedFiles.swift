import ArtifactStore
import Parts

/// What is being made, or is known, of files that are made from a job's others: its parts, its page, the notes of its result.
struct DerivedFiles: Sendable {
    let partLists = Flights<ForKey<JobOrdinal>, PartList>()
    let partsKnown = KnownParts()
    let pages = Flights<ForKey<JobOrdinal>, StoredArtifact>()
    let shownPages = ShownPages()
    let resultReads = Flights<ForKey<JobOrdinal>, ResultNotes?>()
    let knownResults = KnownResults()

    /// Lets what is being made end, each within what `rest` says then.
    func close(within rest: () -> Duration) async {
        await pages.close(grace: rest())
        await partLists.close(grace: rest())
        await resultReads.close(grace: rest())
    }
}
