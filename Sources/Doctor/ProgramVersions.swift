import ArtifactStore
import FUSE
import PulseFS
import Settings
import Transfer

/// What this program is made of here.
struct ProgramVersions: Sendable, Hashable {
    var parts: [String]
    var hasHTTP2: Bool
    /// Why nothing can be fetched.
    var trouble: String?

    static var here: ProgramVersions {
        ProgramVersions(
            parts: [
                "pulsefs \(Version.text)", KernelTrial.libraryVersion.map { "libfuse \($0)" } ?? "no libfuse",
                TransferLibrary.version,
                "SQLite \(IndexInspection.libraryVersion)", Machine.kernel,
            ] + [Machine.distribution].compactMap { $0 },
            hasHTTP2: TransferLibrary.hasHTTP2, trouble: TransferLibrary.trouble)
    }

    var checkup: Checkup {
        let words = parts.joined(separator: ", ")
        if let trouble {
            return Checkup("versions", .failure, "\(words): \(trouble)", remedy: "sudo apt install libcurl4")
        }
        return hasHTTP2
            ? Checkup("versions", .ok, words)
            : Checkup(
                "versions", .warning, "\(words); without HTTP/2, each request needs its own connection",
                remedy: "sudo apt install --reinstall libcurl4")
    }
}
