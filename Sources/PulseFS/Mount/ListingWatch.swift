import Dispatch

/// Notices jobs that other processes of the cache have made known: one look at the index a second.
struct ListingWatch {
    private let timer: any DispatchSourceTimer

    init(_ catalog: JobCatalog) {
        timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "pulsefs.listing"))
        timer.schedule(deadline: .now() + .seconds(1), repeating: .seconds(1), leeway: .milliseconds(200))
        timer.setEventHandler { catalog.checkListing() }
        timer.resume()
    }

    func stop() { timer.cancel() }
}
