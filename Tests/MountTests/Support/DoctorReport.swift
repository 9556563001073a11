import Foundation
import PulseTestSupport

/// What `pulsefs doctor --json` has said.
struct DoctorReport {
    let status: Int32
    let said: String
    let failures: Int?
    let warnings: Int?
    private let checks: [[String: Any]]

    init(_ outcome: Shell.Outcome) throws {
        status = outcome.status
        said = outcome.text + outcome.errors
        let object = try outcome.object()
        failures = object["failures"] as? Int
        warnings = object["warnings"] as? Int
        checks = object["checks"] as? [[String: Any]] ?? []
    }

    var names: [String?] { checks.map { $0["name"] as? String } }
    func outcome(_ name: String) -> String? { value("outcome", of: name) }
    func found(_ name: String) -> String { value("found", of: name) ?? "" }
    func remedy(_ name: String) -> String? { value("remedy", of: name) }
    func with(_ outcome: String) -> [String] {
        checks.filter { $0["outcome"] as? String == outcome }.compactMap { $0["name"] as? String }
    }
    var keys: Set<String> { Set(checks.flatMap(\.keys)) }

    private func value(_ key: String, of name: String) -> String? {
        checks.first { $0["name"] as? String == name }?[key] as? String
    }

    /// Of the checks, in their order.
    static let names = [
        "device", "fusermount3", "fuse.conf", "trial-mount", "mountpoint", "settings", "key", "api", "proxy",
        "certificates",
        "clock",
        "cache", "space", "integrity", "descriptors", "crawlers", "versions",
    ]
}

extension Rig {
    /// `user` is what starts the command as someone else.
    func doctor(
        _ words: String..., key: String? = TestKeys.northwind, environment: [String: String] = [:],
        as user: String = ""
    ) async throws -> DoctorReport {
        try DoctorReport(
            try await Shell.run(
                "\(user) \"$P\" doctor --json \"$@\"", words,
                environment: self.environment(key: key).merging(environment) { $1 }, timeout: 60))
    }
}
