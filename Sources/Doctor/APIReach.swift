import PulseAPI
import PulseFS
import System
import Transfer

/// Whether the API's address answers, and how fast.
struct APIReach: Sendable {
    struct Answer: Sendable, Hashable {
        let status: Int
        let time: Duration
    }

    /// Nil when the settings name none that can be used.
    var origin: APIOrigin?
    /// In the order in which they came.
    var answers: [Answer] = []
    var isHTTP2 = false
    /// Why the last request got no answer.
    var failure: TransferError?
    /// The variable that names a proxy: what failed may be the way to that.
    var proxy: String?

    private static let name = "api"
    /// Slower than this is a nuisance.
    private static let slow = Duration.seconds(2)

    /// The median of the times; of an even number the longer one in the middle.
    var time: Duration? {
        let times = answers.map(\.time).sorted()
        return times.isEmpty ? nil : times[times.count / 2]
    }

    var checkup: Checkup {
        guard let origin else {
            return Checkup(Self.name, .skipped, "the settings have no address", remedy: "pulsefs config")
        }
        let look = "curl -sv -o /dev/null \(ShellWord.quoted("\(origin)/"))"
        guard let time, let last = answers.last else {
            let way = proxy.map { " (through the proxy of \($0))" } ?? ""
            let words = failure.map { "\(origin)\(way): \($0.message)" } ?? "\(origin) was not asked"
            return Checkup(Self.name, .failure, words, remedy: failure.map { remedy($0.code, look) } ?? look)
        }
        let took = "in \(time.roundedMilliseconds) ms"
        if let failure {
            return Checkup(
                Self.name, .warning, "\(origin) answered \(took), and then failed: \(failure.message)",
                remedy: remedy(failure.code, look))
        }
        switch last.status {
        case 300..<400:
            return Checkup(
                Self.name, .warning,
                "\(origin) answered \(last.status) \(took): is there a login page of the network in between?",
                remedy: look)
        case 500...:
            return Checkup(Self.name, .warning, "\(origin) answered \(last.status) \(took)", remedy: look)
        default: break
        }
        let how = "\(origin) answers \(took)\(isHTTP2 ? " over HTTP/2" : "")"
        return time > Self.slow
            ? Checkup(Self.name, .warning, "\(how), which is slow", remedy: look) : Checkup(Self.name, .ok, how)
    }

    private func remedy(_ code: TransferError.Code, _ look: String) -> String {
        switch code {
        case .refused, .nameNotResolved, .other, .connectTimedOut:
            if let proxy { return "check the proxy: unset \(proxy), or run: \(look)" }
        default: break
        }
        return switch code {
        case .tls(.certificate):
            "set the clock, or name the file of a private authority with --ca-file, or run: sudo apt install ca-certificates && sudo update-ca-certificates"
        case .tls(.hostname), .tls(.protocol), .refused, .nameNotResolved, .invalidURL:
            "check the address with: pulsefs config; then run: \(look)"
        default: "check the network, a proxy, or a firewall with: \(look)"
        }
    }
}

extension Duration {
    var roundedMilliseconds: Int { Int((self / .milliseconds(1)).rounded()) }
}
