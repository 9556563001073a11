/// Lines of a table, each with what was aimed at.
struct Report: Sendable {
    private struct Line: Sendable {
        let name: String
        let value: String
        let aim: String
        let isMissed: Bool
    }

    private var lines: [Line] = []

    var isMissed: Bool { lines.contains(where: \.isMissed) }

    /// - Parameter aim: in words, and whether it is reached; nil when there is none.
    mutating func add(_ name: String, _ value: String, aim: (words: String, isReached: Bool)? = nil) {
        lines.append(Line(name: name, value: value, aim: aim?.words ?? "", isMissed: aim?.isReached == false))
    }

    mutating func add(_ name: String, _ value: Int, atMost most: Int? = nil) {
        add(name, "\(value)", aim: most.map { (words: "at most \($0)", isReached: value <= $0) })
    }

    mutating func add(_ name: String, _ value: Duration, atMost most: Duration? = nil) {
        add(name, Self.words(value), aim: most.map { (words: "at most \(Self.words($0))", isReached: value <= $0) })
    }

    static func words(_ duration: Duration) -> String {
        let tenths = Int((duration / .milliseconds(100)).rounded())
        return "\(tenths / 10).\(tenths % 10) s"
    }

    var text: String {
        let names = lines.map(\.name.count).max() ?? 0
        let values = lines.map(\.value.count).max() ?? 0
        return lines.map { line in
            let name = line.name + String(repeating: " ", count: names - line.name.count)
            let value = String(repeating: " ", count: values - line.value.count) + line.value
            let aim = line.aim.isEmpty ? "" : "  \(line.aim)\(line.isMissed ? ": MISSED" : "")"
            return "\(name)  \(value)\(aim)\n"
        }.joined()
    }
}
