import Foundation
import PulseEmulator

extension Fixtures {
    /// Valid JSON that is rarely seen: unknown members, odd numbers, escapes, repeats of a key, depth.
    static let unusualJSON = EmulatedJob(
        id: "unusual-json",
        timetable: .finished(created: Date(timeIntervalSince1970: 1_735_812_000), took: .seconds(1)),
        result: .inline(.verbatim(unusualResult)),
        extraFields: [
            ("queue", "priority"),
            ("attempts", .verbatim("1.0e0")),
            ("webhook", ["url": .null, "tries": []]),
            ("größe", .verbatim(#""\u0031\u20ac \ud83d\ude80""#)),
        ])

    /// Whitespace, number forms and escapes are meant as they stand.
    private static let unusualResult =
        #"""
        { "markdown" : "# Na\u00efve caf\u00e9 \ud83d\udcc4\n\nTab\there, slash \/ and \\, quote \", \u4e2d\u6587, \u2028 and 𝄞.\n",
          "page_count" : 1e0,
          "credits_used": 1.0e3, "ratio": -0.0, "tiny": 5E-324, "big": 12345678901234567890123, "exact": 0.1000,
          "new_field": {"": [], " ": {}, "a.b": [null, true, false], "\u0061": "escaped key"},
          "twice": 1, "twice": 2,
          "bounding_boxes": {"Images": [], "Future": [{"id": "x", "weights": [1E+2, 2.50, -3]}]},
          "deep": \#(String(repeating: "[", count: 64))"bottom"\#(String(repeating: "]", count: 64))
        }
        """#
}
