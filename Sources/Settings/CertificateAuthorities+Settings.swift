import ArtifactStore
import System
import SystemPackage
package import Transfer

extension CertificateAuthorities {
    /// As the environment has them, for curl(1) too: `CURL_CA_BUNDLE`, else `SSL_CERT_DIR` and `SSL_CERT_FILE`.
    init(_ surroundings: Surroundings) {
        func path(_ name: String) -> String? {
            surroundings.variable(name).flatMap { surroundings.path($0) }?.string
        }
        if let bundle = path("CURL_CA_BUNDLE") {
            self.init(file: bundle, places: ["CURL_CA_BUNDLE"])
        } else {
            let (file, directory) = (path("SSL_CERT_FILE"), path("SSL_CERT_DIR"))
            self.init(
                file: file, directory: directory,
                places: [file.map { _ in "SSL_CERT_FILE" }, directory.map { _ in "SSL_CERT_DIR" }].compactMap { $0 })
        }
    }
}

extension SettingsReader {
    /// What is named by a setting goes before the environment. Whoever can write that file can have the key: it is refused as
    /// a file of settings is.
    package mutating func authorities() -> CertificateAuthorities {
        guard let entry = sources.entry(.caFile) else { return CertificateAuthorities(sources.surroundings) }
        guard let path = path(.caFile) else { return .standard }
        do { try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking]).close() } catch {
            complain(
                SettingsProblem(
                    "\(entry.subject)\(path) cannot be read (\(error)): name a file of certificates", at: entry.place))
        }
        do throws(TrustedPath.Distrust) { try TrustedPath.check(path) } catch {
            complain(
                SettingsProblem("\(entry.subject)\(error.words(path)); it is not used until then", at: entry.place))
        }
        return CertificateAuthorities(file: path.string, places: [entry.place])
    }
}
