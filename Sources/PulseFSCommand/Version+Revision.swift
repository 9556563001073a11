import CRevision
import PulseFS
import Settings

extension Version {
    /// With the revision of the source, if that was said when it was built: `0.1.0 (1a2b3c4d5e6f)`.
    static var withRevision: String {
        let revision = String(cString: pulse_revision())
        return revision.isEmpty ? "\(text) (development build)" : "\(text) (\(revision))"
    }
}
