package import PulseAPI
package import System

/// Where the key in use comes from, when another can come from there.
package protocol KeyOrigin: Sendable {
    /// Whether taking the key runs a program, which may ask its user something.
    var isProgram: Bool { get }
    /// What tells the file that the key is in from what it becomes; nil for what is no file, and for a file that is not there.
    var version: FileVersion? { get }
    /// The key as it is there now; nil when it cannot have changed. Throws with what is wrong with the file or the program. May
    /// block the calling thread for as long as a small file is read.
    func readAside() async throws(KeyUnreadable) -> APIKey?
}

/// Why a key cannot be taken from where it comes from, in one line.
package struct KeyUnreadable: Error, Sendable, CustomStringConvertible {
    /// What is wrong.
    package let message: String
    /// The same, with where it stands.
    package let description: String

    package init(_ message: String, description: String) {
        self.message = message
        self.description = description
    }
}
