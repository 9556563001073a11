package import ArtifactStore
import Parts

/// What is being made, or is known, of files that are made from a job's others: its parts, its page, the notes of its result.
package struct DerivedFiles: Sendable {
    let partLists = Flights<ForKey<JobOrdinal>, PartList>()
    let partsKnown = KnownParts()
    package let pages = Flights<ForKey<JobOrdinal>, StoredArtifact>()
    package let shownPages = ShownPages()
    package let resultReads = Flights<ForKey<JobOrdinal>, ResultNotes?>()
    package let knownResults = KnownResults()

    /// Lets what is being made end, each within what `rest` says then.
    func close(within rest: () -> Duration) async {
        await pages.close(grace: rest())
        await partLists.close(grace: rest())
        await resultReads.close(grace: rest())
    }
}
