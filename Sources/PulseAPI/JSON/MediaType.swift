/// Media types of pictures (RFC 2046).
package enum MediaType {
    /// The extension of a file of this type, without a dot; `bin` for a type that is not in the table.
    ///
    /// - Parameter name: `type/subtype` in lower case, without parameters.
    package static func fileExtension(for name: String) -> String {
        switch name {
        case "image/png": "png"
        case "image/jpeg", "image/jpg": "jpg"
        case "image/gif": "gif"
        case "image/svg+xml": "svg"
        case "image/webp": "webp"
        case "image/tiff": "tif"
        case "image/bmp", "image/x-ms-bmp": "bmp"
        default: "bin"
        }
    }

    /// The type of a picture with this extension, in whatever case; nil for one that is not in the table.
    package static func name(forFileExtension suffix: String) -> String? {
        switch suffix.lowercased() {
        case "png": "image/png"
        case "jpg", "jpeg": "image/jpeg"
        case "gif": "image/gif"
        case "svg": "image/svg+xml"
        case "webp": "image/webp"
        case "tif", "tiff": "image/tiff"
        case "bmp": "image/bmp"
        default: nil
        }
    }
}
