import ArgumentParser
import PulseFS
import Settings

extension ArgumentHelp {
    /// What a setting means, its variable and its default.
    static func of(_ setting: Setting, discussion: String = "") -> ArgumentHelp {
        ArgumentHelp(
            "\(setting.meaning) (\(setting.variable); default: \(setting.standard)).", discussion: discussion,
            valueName: setting.kind.valueName)
    }

    /// How a time is written.
    static let timeDiscussion = "Seconds, or a number with s, m or h."
}
