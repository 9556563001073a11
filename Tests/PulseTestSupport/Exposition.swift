/// OpenMetrics text (https://github.com/prometheus/OpenMetrics, version 1.0), read strictly: nothing but well-formed counters,
/// gauges and histograms, each declared and explained before its samples.
public struct Exposition {
    public enum Problem: Error { case malformed(String) }

    public private(set) var types: [String: String] = [:]
    /// By name and labels, without the sums of histograms.
    public private(set) var samples: [String: Int] = [:]
    private var helped: Set<String> = []
    private var histograms: [String: Histogram] = [:]

    private struct Histogram {
        var buckets: [(bound: Double, count: Int)] = []
        var count: Int?
        var sum: Double?

        var isWhole: Bool {
            zip(buckets, buckets.dropFirst()).allSatisfy { $0.bound < $1.bound && $0.count <= $1.count }
                && buckets.last?.bound == .infinity && buckets.last?.count == count && sum.map { $0 >= 0 } == true
        }
    }

    public init(_ text: String) throws {
        guard text.hasSuffix("\n# EOF\n") || text == "# EOF\n" else { throw Problem.malformed("no end") }
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast(2) { try read(String(line)) }
        guard helped == Set(types.keys) else { throw Problem.malformed("without help") }
        for (series, histogram) in histograms where !histogram.isWhole { throw Problem.malformed(series) }
    }

    private mutating func read(_ line: String) throws {
        if let match = line.wholeMatch(of: #/# TYPE ([a-z_:][a-z0-9_:]*) (counter|gauge|histogram)/#) {
            guard types.updateValue(String(match.2), forKey: String(match.1)) == nil else {
                throw Problem.malformed("declared twice: \(line)")
            }
        } else if let match = line.wholeMatch(of: #/# UNIT ([a-z_:][a-z0-9_:]*) ([a-z]+)/#) {
            guard types[String(match.1)] != nil, match.1.hasSuffix("_\(match.2)") else {
                throw Problem.malformed("not the unit of the name: \(line)")
            }
        } else if let match = line.wholeMatch(of: #/# HELP ([a-z_:][a-z0-9_:]*) (\S.*)/#) {
            guard types[String(match.1)] != nil, helped.insert(String(match.1)).inserted else {
                throw Problem.malformed("help before type: \(line)")
            }
        } else if let match = line.wholeMatch(
            of: #/([a-z_:][a-z0-9_:]*)(?:\{([a-z_]+="[^"\\\n]*"(?:,[a-z_]+="[^"\\\n]*")*)\})? (-?[0-9]+(?:\.[0-9]+)?)/#)
        {
            try read(
                String(match.1), match.2.map { $0.split(separator: ",").map(String.init) } ?? [], String(match.3), line)
        } else {
            throw Problem.malformed(line)
        }
    }

    private mutating func read(_ name: String, _ labels: [String], _ value: String, _ line: String) throws {
        let series = name + (labels.isEmpty ? "" : "{\(labels.joined(separator: ","))}")
        if let (family, part) = histogramPart(name) {
            let own = labels.filter { !$0.hasPrefix("le=") }
            var histogram = histograms["\(family) \(own)"] ?? Histogram()
            switch part {
            case "bucket":
                guard let bound = labels.first(where: { $0.hasPrefix("le=") })?.dropFirst(4).dropLast(),
                    let bound = bound == "+Inf" ? .infinity : Double(bound), let count = Int(value)
                else { throw Problem.malformed("no bound: \(line)") }
                histogram.buckets.append((bound, count))
            case "count":
                guard histogram.count == nil, let count = Int(value) else { throw Problem.malformed(line) }
                histogram.count = count
            default:
                guard histogram.sum == nil, let sum = Double(value) else { throw Problem.malformed(line) }
                histogram.sum = sum
            }
            histograms["\(family) \(own)"] = histogram
            if part == "sum" { return }
        } else {
            guard helped.contains(name) || helped.contains(String(name.dropLast(6))) else {
                throw Problem.malformed("not explained: \(line)")
            }
        }
        let isCounter = name.hasSuffix("_total") && types[String(name.dropLast(6))] == "counter"
        // Seconds may have a fraction.
        let seconds = name.hasSuffix("_seconds_total") ? Double(value).map { Int($0) } : nil
        guard isCounter || types[name] == "gauge" || histogramPart(name) != nil, let number = Int(value) ?? seconds,
            number >= 0 || types[name] == "gauge"
        else { throw Problem.malformed("not declared: \(line)") }
        guard samples.updateValue(number, forKey: series) == nil else { throw Problem.malformed("twice: \(line)") }
    }

    private func histogramPart(_ name: String) -> (family: String, part: String)? {
        for part in ["bucket", "count", "sum"] where name.hasSuffix("_\(part)") {
            let family = String(name.dropLast(part.count + 1))
            if types[family] == "histogram" { return (family, part) }
        }
        return nil
    }
}
