import Foundation
import Synchronization

/// How far long work has come, in one line of standard error that is written over; nothing when that is no terminal.
final class ProgressBar: Sendable {
    private struct State {
        var shown: ContinuousClock.Instant?
        var isVisible = false
    }

    private let isWatched: Bool
    private let state = Mutex(State())

    private static let width = 30
    private static let pause = Duration.milliseconds(100)

    init(isQuiet: Bool = false) { isWatched = !isQuiet && isatty(STDERR_FILENO) != 0 }

    /// `fraction` is from 0 to 1.
    func show(_ fraction: Double, _ words: @autoclosure () -> String) {
        guard isDue else { return }
        let part = min(1, max(0, fraction))
        let filled = Int(part * Double(Self.width))
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: Self.width - filled)
        write("\r\u{1b}[K[\(bar)] \(Int(part * 100)) %  \(words())")
    }

    /// Work of which nobody knows how much there is.
    func show(_ words: @autoclosure () -> String) {
        if isDue { write("\r\u{1b}[K\(words())") }
    }

    private var isDue: Bool {
        guard isWatched else { return false }
        let now = ContinuousClock.now
        return state.withLock { state in
            if let shown = state.shown, shown.duration(to: now) < Self.pause { return false }
            state.shown = now
            state.isVisible = true
            return true
        }
    }

    /// Takes the line away, for other words or for the end.
    func clear() {
        let wasVisible = state.withLock { state in
            defer { state = State() }
            return state.isVisible
        }
        if wasVisible { write("\r\u{1b}[K") }
    }

    private func write(_ text: String) { StandardError.write(text) }
}
