/// How many requests may be in flight, learnt from the answers: additive increase, multiplicative decrease, as TCP has it
/// (RFC 5681, section 3.1).
struct AIMDLimit {
    private let ceiling: Double
    private var exact: Double
    /// How often it was cut. A request remembers how many there had been when it began.
    private(set) var cuts = 0

    /// Starts at its ceiling, which is one at least.
    init(ceiling: Int) {
        self.ceiling = Double(max(1, ceiling))
        exact = self.ceiling
    }

    /// One at least.
    var value: Int { Int(exact) }

    /// So that as many successes as there are places make one place more.
    mutating func increase() { exact = min(ceiling, exact + 1 / exact) }

    /// Halves it for a request that began after so many cuts. One that was in flight at the last cut says nothing new: what it
    /// met is what that cut was for.
    mutating func decrease(begunAfter cuts: Int) {
        guard cuts == self.cuts else { return }
        exact = max(1, exact / 2)
        self.cuts += 1
    }
}
