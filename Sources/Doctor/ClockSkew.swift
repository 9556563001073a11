/// How far this machine's clock is from the API's.
struct ClockSkew: Sendable, Hashable {
    /// Seconds; negative when this one is behind. Nil when no answer said the time.
    var lead: Double?

    /// Seconds. Beyond the second, certificates that are new, or about to end, are not believed, and dates of Retry-After
    /// mean nothing.
    private static let bounds = (warning: 120.0, failure: 900.0)

    var checkup: Checkup {
        guard let lead else { return Checkup("clock", .skipped, "no answer of the API had a date") }
        let size = lead.magnitude
        let words = "this clock is \(Int(size.rounded())) s \(lead < 0 ? "behind" : "ahead of") the API's"
        guard size > Self.bounds.warning else {
            return Checkup("clock", .ok, size < 2 ? "this clock and the API's agree" : words)
        }
        return Checkup(
            "clock", size > Self.bounds.failure ? .failure : .warning, words, remedy: "sudo timedatectl set-ntp true")
    }
}
