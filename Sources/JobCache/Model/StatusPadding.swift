/// Keeps the size of a running job's `status.json` the same while what it says changes, by white space at its end. What is
/// final is shown as it came.
///
/// When the kernel learns a new size it takes that in first and drops its pages then. Whoever reads in between, through a
/// descriptor held open as those who poll have it, gets the old bytes cut off, or filled up with zeros to the new size. With
/// the size unchanged they get all of the old bytes, or all of the new ones.
enum StatusPadding {
    /// Room for a longer word in the place of another.
    private static let slack = 16
    /// The size of a running job's document is a multiple of this.
    private static let unit = 64
    /// More white space than this is not worth it.
    private static let longest = 256

    /// A document of JSON; `previous` is the size in bytes of the last one that was shown of the job, if there was one.
    static func padded(_ document: [UInt8], after previous: Int?, isRunning: Bool) -> [UInt8] {
        guard isRunning else { return document }
        if let previous, (document.count...document.count + longest).contains(previous) {
            return pad(document, to: previous)
        }
        return pad(document, to: (document.count + slack + unit - 1) / unit * unit)
    }

    private static func pad(_ document: [UInt8], to size: Int) -> [UInt8] {
        let space = [UInt8](repeating: UInt8(ascii: " "), count: size - document.count)
        // A file of text ends with a newline.
        guard document.last == UInt8(ascii: "\n") else { return document + space }
        return document.dropLast() + space + [UInt8(ascii: "\n")]
    }
}
