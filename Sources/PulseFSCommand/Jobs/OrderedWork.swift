/// Works on items, so many at a time, and hands the outcomes over in the order of the items.
enum OrderedWork {
    static func run<Item: Sendable, Outcome: Sendable>(
        _ items: [Item], atATime width: Int, _ work: @escaping @Sendable (Item) async -> Outcome,
        deliver: (Item, Outcome) -> Void
    ) async {
        await withTaskGroup(of: (Int, Outcome).self) { group in
            var started = 0
            func startNext() {
                guard started < items.count else { return }
                let (number, item) = (started, items[started])
                group.addTask { (number, await work(item)) }
                started += 1
            }
            for _ in 0..<width { startNext() }
            var early: [Int: Outcome] = [:]
            var next = 0
            for await (number, outcome) in group {
                startNext()
                early[number] = outcome
                while let ready = early.removeValue(forKey: next) {
                    deliver(items[next], ready)
                    next += 1
                }
            }
        }
    }
}
