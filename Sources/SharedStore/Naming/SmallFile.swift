import System

extension SmallFile {
    /// Of a file with credentials or a secret, in bytes.
    static let largest = 1_048_576
}

extension SmallFile.Trouble {
    /// The rest of a sentence about the file.
    var words: String {
        switch self {
        case .unreadable(let errno): "cannot be read (\(errno))"
        case .notAFile: "is not a file"
        case .tooLarge: "is larger than a megabyte"
        }
    }
}
