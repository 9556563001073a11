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
}
