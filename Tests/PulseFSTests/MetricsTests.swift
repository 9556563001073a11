import FUSE
import PulseAPI
import Testing

@testable import PulseFS

@Suite("Metrics")
struct MetricsTests {
    /// Reads OpenMetrics text and accepts nothing but well-formed counters and gauges, each declared before its samples.
    private struct Exposition {
        enum Problem: Error { case malformed(String) }

        private(set) var types: [String: String] = [:]
        private(set) var samples: [String: Int] = [:]

        init(_ text: String) throws {
            guard text.hasSuffix("\n# EOF\n") || text == "# EOF\n" else { throw Problem.malformed("no end") }
            for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast(2) {
                try read(String(line))
            }
        }

        private mutating func read(_ line: String) throws {
            if let match = line.wholeMatch(of: #/# TYPE ([a-z_:][a-z0-9_:]*) (counter|gauge)/#) {
                guard types.updateValue(String(match.2), forKey: String(match.1)) == nil else {
                    throw Problem.malformed("declared twice: \(line)")
                }
            } else if let match = line.wholeMatch(of: #/# HELP ([a-z_:][a-z0-9_:]*) (\S.*)/#) {
                guard types[String(match.1)] != nil else { throw Problem.malformed("help before type: \(line)") }
            } else if let match = line.wholeMatch(
                of: #/([a-z_:][a-z0-9_:]*)(\{[a-z_]+="[^"\\\n]*"(?:,[a-z_]+="[^"\\\n]*")*\})? (-?[0-9]+)/#)
            {
                let name = String(match.1)
                let isCounter = name.hasSuffix("_total") && types[String(name.dropLast(6))] == "counter"
                guard isCounter || types[name] == "gauge", let value = Int(match.3), value >= 0 || !isCounter else {
                    throw Problem.malformed("not declared: \(line)")
                }
                let series = name + (match.2.map(String.init) ?? "")
                guard samples.updateValue(value, forKey: series) == nil else {
                    throw Problem.malformed("twice: \(line)")
                }
            } else {
                throw Problem.malformed(line)
            }
        }
    }

    @Test("S7.5 the text is well-formed OpenMetrics with a sample for every operation")
    func wellFormed() throws {
        let requests = RequestScheduler.Snapshot(
            inFlight: 9, silent: 2, limit: 32, cuts: 1, queuedForeground: 4, queuedPrefetch: 5)
        let metrics = try Exposition(
            Metrics.text(
                OperationCounters(), waiting: 3, requests: requests, isKeptBack: true, key: "good", watched: (4, 7)))
        for operation in Operation.allCases {
            #expect(metrics.samples["pulsefs_fuse_operations_total{operation=\"\(operation)\"}"] == 0)
        }
        #expect(metrics.samples["pulsefs_fuse_waiting"] == 3)
        #expect(metrics.samples["pulsefs_jobs_watched"] == 4)
        #expect(metrics.samples["pulsefs_jobs_waiters"] == 7)
        #expect(metrics.samples["pulsefs_fuse_references"] == 0)
        #expect(metrics.types.count == 12)
        #expect(metrics.samples["pulsefs_api_breaker_open"] == 1)
        #expect(metrics.samples["pulsefs_api_requests_in_flight"] == 9)
        #expect(metrics.samples["pulsefs_api_requests_silent"] == 2)
        #expect(metrics.samples["pulsefs_api_requests_queued{urgency=\"foreground\"}"] == 4)
        #expect(metrics.samples["pulsefs_api_requests_queued{urgency=\"prefetch\"}"] == 5)
        #expect(metrics.samples["pulsefs_api_requests_limit"] == 32)
        #expect(metrics.samples["pulsefs_api_requests_limit_cuts_total"] == 1)
        for state in ["unchecked", "good", "unconfirmed", "refused"] {
            #expect(metrics.samples["pulsefs_key_state{state=\"\(state)\"}"] == (state == "good" ? 1 : 0))
        }
    }

    @Test(
        "the reader of this test refuses what is not OpenMetrics",
        arguments: [
            "a_total 1\n", "# TYPE a counter\na_total 1\n", "# TYPE a counter\na 1\n# EOF\n", "a 1\n# EOF\n",
            "# TYPE a gauge\na one\n# EOF\n", "# TYPE a gauge\na{b=c} 1\n# EOF\n", "# TYPE a gauge\n\n# EOF\n",
            "# TYPE a gauge\na 1\na 2\n# EOF\n", "# TYPE a counter\na_total -1\n# EOF\n",
            "# TYPE a gauge\na 1\n# EOF\nmore\n",
        ])
    func strict(text: String) {
        #expect(throws: Exposition.Problem.self) { try Exposition(text) }
    }
}
