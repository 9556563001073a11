import PulseAPI
import PulseFS
import Settings

/// The key that a mount would send, without the key.
struct KeyExamination: Sendable {
    enum State: Sendable {
        case unusable([SettingsProblem])
        /// `verdict` is nil when the API was not asked.
        case present(place: String, verdict: KeyVerdict?)
    }

    var state: State

    /// What is wrong with the key, or with where it stands.
    static func problems(_ sources: SettingsSources) -> [SettingsProblem] {
        var reader = SettingsReader(sources)
        let before = reader.problems.count
        _ = reader.key()
        return Array(reader.problems[before...])
    }

    /// The key and where it comes from; nil when there is none that can be used.
    static func key(_ sources: SettingsSources) -> (key: APIKey, place: String)? {
        var reader = SettingsReader(sources)
        return reader.key().map { ($0.key, sources.keyEntry?.place ?? "the settings") }
    }

    var checkup: Checkup {
        switch state {
        case .unusable(let problems) where problems.isEmpty:
            Checkup(
                "key", .failure, "there is no usable key, because the settings are wrong", remedy: "pulsefs config")
        case .unusable(let problems):
            Checkup(
                "key", .failure, problems.map(\.description).joined(separator: "; "),
                remedy: "export PULSE_API_KEY=…, or name a file that only you can read with --api-key-file")
        case .present(let place, .good?):
            Checkup("key", .ok, "found (\(place)), and the API accepts it")
        case .present(let place, .refused(let words)?):
            Checkup(
                "key", .failure, "found (\(place)), but the API refuses it: \(words)",
                remedy: "set a valid key (\(place)); see: pulsefs config")
        case .present(let place, .unknown(let words)?):
            Checkup(
                "key", .warning, "found (\(place)), but the API cannot check it: \(words)",
                remedy: "run pulsefs doctor again when the API answers")
        case .present(let place, nil):
            Checkup(
                "key", .warning, "found (\(place)), but not checked, because the API cannot be reached",
                remedy: "run pulsefs doctor again when the API answers")
        }
    }
}
