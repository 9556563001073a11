/// Lines of comma-separated values as RFC 4180 has them: CRLF behind each, quotes where they are needed, quotes doubled.
struct CSVText {
    private(set) var bytes: [UInt8] = []
    private let isGuarded: Bool

    /// `isGuarded` puts an apostrophe before a cell that a spreadsheet would take for a formula (`=`, `+`, `-`, `@`, a tab or a
    /// carriage return at its start), unless it is a number.
    init(isGuarded: Bool = false) { self.isGuarded = isGuarded }

    mutating func line(_ cells: some Sequence<String>) {
        var isFirst = true
        for cell in cells {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            append(cell)
        }
        bytes += "\r\n".utf8
    }

    private mutating func append(_ cell: String) {
        var cell = cell
        if isGuarded, let first = cell.utf8.first, "=+-@\t\r".utf8.contains(first), Double(cell) == nil {
            cell = "'" + cell
        }
        guard cell.utf8.contains(where: { "\",\r\n".utf8.contains($0) }) else {
            bytes += cell.utf8
            return
        }
        bytes.append(UInt8(ascii: "\""))
        for byte in cell.utf8 {
            if byte == UInt8(ascii: "\"") { bytes.append(byte) }
            bytes.append(byte)
        }
        bytes.append(UInt8(ascii: "\""))
    }
}

extension CSVText {
    /// The records of a text as RFC 4180 has it, at most so many.
    static func records(_ bytes: [UInt8], limit: Int) -> [[String]] {
        var records: [[String]] = []
        var record: [String] = []
        var cell: [UInt8] = []
        var isQuoted = false
        var index = 0
        while index < bytes.count, records.count < limit {
            let byte = bytes[index]
            let next = index + 1 < bytes.count ? bytes[index + 1] : nil
            switch byte {
            case UInt8(ascii: "\"") where isQuoted && next == byte:
                cell.append(byte)
                index += 1
            case UInt8(ascii: "\""): isQuoted.toggle()
            case _ where isQuoted: cell.append(byte)
            case UInt8(ascii: ","):
                record.append(String(decoding: cell, as: UTF8.self))
                cell.removeAll(keepingCapacity: true)
            case UInt8(ascii: "\r") where next == UInt8(ascii: "\n"):
                record.append(String(decoding: cell, as: UTF8.self))
                records.append(record)
                (record, cell) = ([], [])
                index += 1
            default: cell.append(byte)
            }
            index += 1
        }
        return records
    }
}
