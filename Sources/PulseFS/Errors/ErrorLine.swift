import PulseAPI

/// Text from outside, fit for a line of a list.
package enum ErrorLine {
    package static func printable(_ text: String) -> String {
        PrintableText.line(text)
    }
}
