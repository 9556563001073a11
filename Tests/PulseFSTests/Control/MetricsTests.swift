import ArtifactStore
import PulseTestSupport
import System
import Testing

@testable import FUSE
@testable import JobCache
@testable import PulseAPI
@testable import PulseFS

@Suite("Metrics")
struct MetricsTests {
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
        #expect(metrics.types.count == 21)
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

    @Test("S7.5 operations have histograms, requests their endpoints and statuses, and the cache its hits and misses")
    func activity() throws {
        let counters = OperationCounters()
        for _ in 1...3 { counters.replied(Arrival(.lookup)) }
        let log = EventLog()
        log.note(RequestReport(RequestSubject(.job), method: "GET", .success(200)))
        log.note(RequestReport(RequestSubject(.image), method: "HEAD", .success(200)))
        for _ in 1...2 { log.cache.hit() }
        log.cache.miss()
        log.record(.evicted(files: 4, bytes: 500))
        let metrics = try Exposition(
            Metrics.text(
                counters, waiting: 0, requests: RequestScheduler.Snapshot(), key: "good", watched: (0, 0),
                activity: Metrics.Activity(
                    requests: log.requests.all, repeatedRequests: 6, receivedBytes: 77, cache: log.cache.values,
                    indexReads: 11, residentBytes: 4096)))
        let name = "pulsefs_fuse_operation_duration_seconds"
        #expect(metrics.types[name] == "histogram")
        #expect(metrics.samples["\(name)_count{operation=\"lookup\"}"] == 3)
        #expect(metrics.samples["\(name)_bucket{operation=\"lookup\",le=\"+Inf\"}"] == 3)
        #expect(metrics.samples["\(name)_count{operation=\"read\"}"] == 0)
        #expect(metrics.samples["pulsefs_api_requests_total{endpoint=\"job\",method=\"GET\",status=\"200\"}"] == 1)
        #expect(metrics.samples["pulsefs_api_requests_total{endpoint=\"image\",method=\"HEAD\",status=\"200\"}"] == 1)
        #expect(metrics.samples["pulsefs_api_retries_total"] == 6)
        #expect(metrics.samples["pulsefs_api_received_bytes_total"] == 77)
        #expect(metrics.samples["pulsefs_cache_reads_total{outcome=\"hit\"}"] == 2)
        #expect(metrics.samples["pulsefs_cache_reads_total{outcome=\"miss\"}"] == 1)
        #expect(metrics.samples["pulsefs_cache_evicted_files_total"] == 4)
        #expect(metrics.samples["pulsefs_cache_evicted_bytes_total"] == 500)
        #expect(metrics.samples["pulsefs_cache_index_reads_total"] == 11)
        #expect(metrics.samples["pulsefs_resident_memory_bytes"] == 4096)
        #expect((ThisProcess.residentBytes ?? 0) > 1 << 20)
    }

    @Test(
        "the reader of this test refuses what is not OpenMetrics",
        arguments: [
            "a_total 1\n", "# TYPE a counter\n# HELP a words\na_total 1\n",
            "# TYPE a counter\n# HELP a words\na 1\n# EOF\n", "a 1\n# EOF\n",
            "# TYPE a gauge\n# HELP a words\na one\n# EOF\n", "# TYPE a gauge\n# HELP a words\na{b=c} 1\n# EOF\n",
            "# TYPE a gauge\n# HELP a words\n\n# EOF\n",
            "# TYPE a gauge\n# HELP a words\na 1\na 2\n# EOF\n",
            "# TYPE a counter\n# HELP a words\na_total -1\n# EOF\n",
            "# TYPE a gauge\n# HELP a words\na 1\n# EOF\nmore\n",
            // Buckets that are not cumulative, that lack the last one, whose last one is not the count; no sum.
            histogram("a_bucket{le=\"1.0\"} 2\na_bucket{le=\"+Inf\"} 1\na_count 1\na_sum 0.5\n"),
            histogram("a_bucket{le=\"1.0\"} 1\na_count 1\na_sum 0.5\n"),
            histogram("a_bucket{le=\"+Inf\"} 2\na_count 1\na_sum 0.5\n"),
            histogram("a_bucket{le=\"+Inf\"} 2\na_count 2\n"),
            histogram(
                "a_bucket{le=\"1.0\"} 1\na_bucket{le=\"0.1\"} 1\na_bucket{le=\"+Inf\"} 1\na_count 1\na_sum 0.5\n"),
            // Declared and never explained.
            "# TYPE a gauge\na 1\n# EOF\n",
            "# TYPE a_b gauge\n# UNIT a_b seconds\n# HELP a_b words\na_b 1\n# EOF\n",
        ])
    func strict(text: String) {
        #expect(throws: Exposition.Problem.self) { try Exposition(text) }
    }

    private static func histogram(_ samples: String) -> String {
        "# TYPE a histogram\n# HELP a words\n\(samples)# EOF\n"
    }

    @Test("the reader of this test takes a histogram that is one")
    func histograms() throws {
        let text = Self.histogram("a_bucket{le=\"1.0\"} 1\na_bucket{le=\"+Inf\"} 2\na_count 2\na_sum 1.5\n")
        #expect(try Exposition(text).samples["a_count"] == 2)
    }
}
