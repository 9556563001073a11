/// Code that reads what comes from outside, and a law that holds for every input: it never traps, and what it says is checked.
struct FuzzTarget: Sendable {
    let name: String
    let run: @Sendable ([UInt8]) -> Void

    /// The one that this process runs; libFuzzer calls one function without a context.
    nonisolated(unsafe) static var current: FuzzTarget?

    static let all: [FuzzTarget] = [
        FuzzTarget(name: "json", run: fuzzJSON),
        FuzzTarget(name: "answer", run: fuzzAnswer),
        FuzzTarget(name: "parts", run: fuzzParts),
        FuzzTarget(name: "inline-image", run: fuzzInlineImage),
        FuzzTarget(name: "page", run: fuzzPage),
        FuzzTarget(name: "http", run: fuzzHTTP),
        FuzzTarget(name: "names", run: fuzzNames),
        FuzzTarget(name: "label", run: fuzzLabel),
        FuzzTarget(name: "ledger", run: fuzzLedger),
        FuzzTarget(name: "rows", run: fuzzRows),
        FuzzTarget(name: "settings", run: fuzzSettings),
        FuzzTarget(name: "fstab", run: fuzzFstab),
        FuzzTarget(name: "store", run: fuzzStore),
        FuzzTarget(name: "credentials", run: fuzzCredentials),
    ]
}

/// A law that is broken ends the process, so that the input is kept.
func law(_ holds: Bool, _ words: @autoclosure () -> String) {
    guard holds else { fatalError("broken: \(words())") }
}

/// Takes an input apart into values.
struct Pieces {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

    mutating func number() -> UInt64 { (0..<8).reduce(0) { number, _ in number << 8 | UInt64(byte()) } }

    /// As long as its first byte says.
    mutating func text() -> String {
        let length = Int(byte())
        defer { rest = rest.dropFirst(length) }
        return String(decoding: rest.prefix(length), as: UTF8.self)
    }

    mutating func remainder() -> [UInt8] {
        defer { rest = [] }
        return Array(rest)
    }
}
