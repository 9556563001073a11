/// The latest events, so many and so many bytes of them at most; the oldest go first.
struct EventRing {
    private var events: [Event] = []
    /// Events before this place are gone.
    private var start = 0
    private var weight = 0
    private let most: Int
    private let mostBytes: Int

    init(most: Int, bytes: Int) {
        self.most = max(1, most)
        mostBytes = bytes
    }

    mutating func append(_ event: Event) {
        events.append(event)
        weight += event.weight
        while start < events.count - 1, events.count - start > most || weight > mostBytes {
            weight -= events[start].weight
            start += 1
        }
        // Moved once for as many events as are kept.
        if start > most {
            events.removeFirst(start)
            start = 0
        }
    }

    /// Oldest first.
    var all: ArraySlice<Event> { events[start...] }
}
