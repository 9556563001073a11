import CCurl

/// Dates of HTTP fields (RFC 9110, section 5.6.7), read by libcurl, which knows all three of their forms.
package enum HTTPDate {
    /// Seconds since 1970 UTC; nil for what is no date.
    package static func seconds(_ text: String) -> Int64? {
        // libcurl takes a bare number for a date of some kind.
        guard text.utf8.count <= 64, text.utf8.contains(UInt8(ascii: ":")) else { return nil }
        let seconds = curl_getdate(text, nil)
        return seconds < 0 ? nil : Int64(seconds)
    }
}
