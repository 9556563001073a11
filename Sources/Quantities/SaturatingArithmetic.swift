/// Arithmetic on numbers that come from outside (the network, the disk, the index, the clock, the command line): the nearest
/// number that the type holds, where + - * would end the process. `scripts/lint` refuses those for 64-bit numbers.
infix operator +| : AdditionPrecedence
infix operator -| : AdditionPrecedence
infix operator *| : MultiplicationPrecedence
infix operator +|= : AssignmentPrecedence
infix operator -|= : AssignmentPrecedence

extension FixedWidthInteger {
    /// The sum, or the nearest number that the type holds.
    @inlinable package static func +| (left: Self, right: Self) -> Self {
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow ? (right < 0 ? .min : .max) : sum
    }

    /// The difference, or the nearest number that the type holds.
    @inlinable package static func -| (left: Self, right: Self) -> Self {
        let (difference, overflow) = left.subtractingReportingOverflow(right)
        return overflow ? (isSigned && right < 0 ? .max : .min) : difference
    }

    /// The product, or the nearest number that the type holds.
    @inlinable package static func *| (left: Self, right: Self) -> Self {
        let (product, overflow) = left.multipliedReportingOverflow(by: right)
        return overflow ? ((left < 0) == (right < 0) ? .max : .min) : product
    }

    @inlinable package static func +|= (left: inout Self, right: Self) { left = left +| right }
    @inlinable package static func -|= (left: inout Self, right: Self) { left = left -| right }
}

extension Sequence where Element: FixedWidthInteger {
    /// The sum, or the nearest number that the type holds.
    @inlinable package var saturatingSum: Element { reduce(0) { $0 +| $1 } }
}
