import ArgumentParser

/// A duration as it is typed: a number with `ms` or `s`.
struct Latency: ExpressibleByArgument, CustomStringConvertible {
    let duration: Duration

    static let none = Latency(duration: .zero)

    private init(duration: Duration) {
        self.duration = duration
    }

    init?(argument: String) {
        let text = argument.lowercased()
        if text.hasSuffix("ms"), let number = Double(text.dropLast(2)), Self.range.contains(number) {
            duration = .seconds(number / 1000)
        } else if text.hasSuffix("s"), let number = Double(text.dropLast()), Self.range.contains(number) {
            duration = .seconds(number)
        } else {
            return nil
        }
    }

    private static let range = 0.0...1e6

    var description: String {
        "\(Int(duration / .milliseconds(1)))ms"
    }
}
