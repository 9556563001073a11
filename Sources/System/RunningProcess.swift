package import SystemPackage

/// A process, told from a later one with the same number by when it began.
package struct RunningProcess: Sendable, Hashable {
    package let identifier: Int32
    private let began: UInt64

    /// Nil when there is none, or it has ended and only waits for its parent to look.
    package init?(_ identifier: Int32, in proc: FilePath = "/proc") {
        guard let text = SmallFile.text(proc.appending("\(identifier)").appending("stat")),
            // The name may hold blanks and brackets (proc_pid_stat(5)).
            let end = text.lastIndex(of: ")")
        else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 19, !["Z", "X", "x"].contains(fields[0]), let began = UInt64(fields[19]) else {
            return nil
        }
        (self.identifier, self.began) = (identifier, began)
    }

    var isRunning: Bool { RunningProcess(identifier) == self }

    /// Whether it ends within `limit`; returns when it has.
    package func ends(within limit: Duration) async -> Bool {
        let end = ContinuousClock.now + limit
        while isRunning {
            guard ContinuousClock.now < end else { return false }
            do { try await Task.sleep(for: .milliseconds(10)) } catch { return !isRunning }
        }
        return true
    }
}
