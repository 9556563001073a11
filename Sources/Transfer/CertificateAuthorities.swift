import CCurl

/// Which certificate authorities are trusted, as curl(1) takes them: those that someone names in place of libcurl's own.
package struct CertificateAuthorities: Sendable, Hashable {
    /// A file in PEM; nil for libcurl's own.
    package var file: String?
    /// A directory with files named by hashes, as c_rehash(1) makes it; nil for libcurl's own.
    package var directory: String?
    /// The flags or variables that say so; empty for libcurl's own.
    package var places: [String]

    package init(file: String? = nil, directory: String? = nil, places: [String] = []) {
        (self.file, self.directory, self.places) = (file, directory, places)
    }

    /// What nobody has named.
    package static let standard = CertificateAuthorities()

    /// In a sentence: which they are, and who says so.
    package var words: String {
        guard !places.isEmpty else {
            let version = pulse_curl_version()?.pointee
            let known = [version?.cainfo, version?.capath].compactMap { $0.map { String(cString: $0) } }
            return "those of the system\(known.isEmpty ? "" : " (\(known.joined(separator: ", ")))")"
        }
        return
            "those of \([file, directory].compactMap { $0 }.joined(separator: " and ")) (\(places.joined(separator: ", ")))"
    }
}
