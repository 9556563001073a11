/// What came of a transfer whose answer was complete, whatever its status.
package struct TransferResponse: Sendable {
    package let head: ResponseHead
    /// The beginning of the body of an answer that is not 2xx, at most 64 KiB; empty for a 2xx answer, whose body went
    /// to the sink. Shorter than announced when the connection failed inside it.
    package let errorBody: [UInt8]

    package init(head: ResponseHead, errorBody: [UInt8]) {
        self.head = head
        self.errorBody = errorBody
    }
}
