import JobCache
import Quantities

extension LibraryRules {
    /// As the settings say, but for the parts, which only what shows jobs has a setting for.
    init(_ reader: inout SettingsReader, _ local: LocalSettings) {
        self.init()
        largeResults = local.largeResults
        onExpiry = local.onExpiry
        waiting.patience = reader.duration(.waitTimeout) ?? WaitRules.standardPatience
        maximumArtifactSize = reader.value(.maximumArtifactSize) { ByteCount($0) }?.bytes
    }
}
