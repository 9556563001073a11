import Quantities

extension Duration {
    /// Whole milliseconds, never fewer than asked for; 0 for a negative duration.
    var roundedUpMilliseconds: Int {
        guard self > .zero else { return 0 }
        let (seconds, attoseconds) = components
        let milliseconds = (attoseconds +| 999_999_999_999_999) / 1_000_000_000_000_000
        let (product, isTooLong) = seconds.multipliedReportingOverflow(by: 1000)
        let (sum, isStillTooLong) = product.addingReportingOverflow(milliseconds)
        return isTooLong || isStillTooLong ? .max : Int(clamping: sum)
    }
}
