import PulseAPI
import PulseFS
import Quantities

/// Rows of cells: aligned for people, separated by tabs and with nothing added for programs.
struct Table {
    private let heading: [String]
    private var rows: [[String]] = []

    /// `heading` is for people alone.
    init(_ heading: [String] = []) { self.heading = heading }

    var isEmpty: Bool { rows.isEmpty }

    mutating func add(_ cells: [String]) { rows.append(cells.map(PrintableText.line)) }

    func say() {
        guard Terminal.isWatched else {
            for row in rows { Terminal.say(row.joined(separator: "\t")) }
            return
        }
        let all = (heading.isEmpty ? [] : [heading]) + rows
        let widths = all.reduce(into: [Int]()) { widths, row in
            for (column, cell) in row.enumerated() {
                if column == widths.count { widths.append(0) }
                widths[column] = max(widths[column], cell.count)
            }
        }
        for row in all { Terminal.say(Self.aligned(row, widths)) }
    }

    /// A row that is said before the next one is known: for people its first cell has this width.
    static func say(_ cells: [String], firstWidth: Int) {
        let cells = cells.map(PrintableText.line)
        Terminal.say(Terminal.isWatched ? aligned(cells, [firstWidth]) : cells.joined(separator: "\t"))
    }

    private static func aligned(_ cells: [String], _ widths: [Int]) -> String {
        let padded = cells.enumerated().map { column, cell in
            // The last column ends where it ends.
            column == cells.count - 1 || column >= widths.count
                ? cell : cell + String(repeating: " ", count: max(0, widths[column] - cell.count))
        }
        return padded.joined(separator: "  ")
    }
}

/// A number of bytes: with a unit for people, plain for programs.
func byteText(_ bytes: UInt64) -> String { Terminal.isWatched ? "\(ByteCount(bytes))" : "\(bytes)" }
