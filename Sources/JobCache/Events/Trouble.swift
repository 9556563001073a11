package import ArtifactStore

/// What was last asked for in vain at one place of the tree, and nothing has made good since.
package struct Trouble: Sendable, Hashable {
    package let reason: Failure.Reason
    /// The last failure, with all that is known of it.
    package var event: Event
    /// When it began.
    package let since: Timestamp
    /// Failures since then.
    package var tries: Int
    /// Only the size was asked for.
    var isOfHead = false
}

/// The places of the tree where something is wrong, a few thousand at most: those where nothing happened for long go first.
struct Troubles {
    private var places = GenerationCache<Place, Trouble>(generation: 2048)

    func at(_ place: Place) -> Trouble? {
        var places = places
        return places.value(for: place)
    }

    /// Counts one more failure; returns how many there were in a row.
    mutating func add(_ event: Event, _ reason: Failure.Reason, at place: Place, isOfHead: Bool = false) -> Int {
        let known = places.value(for: place)
        let tries = (known?.tries ?? 0) + 1
        places.set(
            Trouble(
                reason: reason, event: event, since: known?.since ?? event.time, tries: tries, isOfHead: isOfHead),
            for: place)
        return tries
    }

    /// A request for this has succeeded. That a server tells a size does not mean that it gives the bytes.
    mutating func clear(_ place: Place, byHead: Bool) {
        if byHead, places.value(for: place)?.isOfHead != true { return }
        places.remove(place)
    }
}
