extension String {
    /// With a backslash before each backslash and each double quote, also where a mark stands behind one: Swift takes the two for one
    /// character, and whoever reads the text does not.
    package var backslashed: String {
        var escaped = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            if scalar == "\\" || scalar == "\"" { escaped.append("\\") }
            escaped.append(scalar)
        }
        return String(escaped)
    }
}
