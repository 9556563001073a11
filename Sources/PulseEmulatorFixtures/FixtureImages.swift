import Foundation

/// The images of the fixtures, one extension each.
enum FixtureImages {
    /// The bytes of a Base64 text that is split over lines. The text is part of the program: if it is
    /// damaged the image is empty, which the fixtures' tests notice.
    static func decode(_ text: String) -> [UInt8] {
        Array(Data(base64Encoded: text, options: .ignoreUnknownCharacters) ?? Data())
    }
}
