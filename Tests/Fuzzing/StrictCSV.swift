/// RFC 4180 said as plainly as possible: whether a text is lines of values, each ended by CRLF, with quotes only around whole values
/// and doubled within.
enum StrictCSV {
    static func isOne(_ bytes: [UInt8]) -> Bool {
        let quote = UInt8(ascii: "\"")
        var rest = bytes[...]
        while !rest.isEmpty {
            if rest.first == quote {
                rest.removeFirst()
                while true {
                    guard let end = rest.firstIndex(of: quote) else { return false }
                    rest = rest[(end + 1)...]
                    guard rest.first == quote else { break }
                    rest.removeFirst()
                }
            } else {
                rest = rest.drop { !"\",\r\n".utf8.contains($0) }
            }
            if rest.first == UInt8(ascii: ",") {
                rest.removeFirst()
                // An empty value may come last in its line.
                if rest.isEmpty { return false }
            } else if rest.starts(with: "\r\n".utf8) {
                rest.removeFirst(2)
            } else {
                return false
            }
        }
        return true
    }
}
