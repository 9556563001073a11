/// What someone may have meant.
package enum Spelling {
    /// The name that is fewest mistakes away, if they are few.
    package static func nearest(to word: String, of names: [String]) -> String? {
        let word = Array(word.lowercased().replacing("_", with: "-").utf8.prefix(64))
        let distances = names.map { (name: $0, distance: distance(word, Array($0.utf8))) }
        guard let best = distances.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= max(2, word.count / 3) && best.distance < word.count ? best.name : nil
    }

    /// Letters to put in, leave out or replace (Levenshtein distance).
    private static func distance(_ one: [UInt8], _ other: [UInt8]) -> Int {
        var row = Array(0...other.count)
        for (number, letter) in one.enumerated() {
            var diagonal = row[0]
            row[0] = number + 1
            for (column, otherLetter) in other.enumerated() {
                let replaced = diagonal + (letter == otherLetter ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(replaced, row[column] + 1, row[column + 1] + 1)
            }
        }
        return row[other.count]
    }
}
