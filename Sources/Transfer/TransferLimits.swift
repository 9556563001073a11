/// What bounds one transfer in time and bytes.
package struct TransferLimits: Sendable {
    /// Time for the name, the connection and TLS together; waiting for a free connection does not count.
    package var connectTimeout: Duration
    /// Longest silence of the server once the request is sent, before the head or inside the body.
    ///
    /// A whole header line or any body bytes end the silence. The clock stands still while the sink has paused the body.
    package var stallTimeout: Duration
    /// Time from the call to the end of the answer's head, the connecting included.
    package var answerTimeout: Duration?
    /// Time for everything, from the call to the last byte, waiting and pauses included.
    package var totalTimeout: Duration?
    /// Bytes of a 2xx body, without the framing of the transfer, and of the file that a part is of.
    package var maximumBodySize: UInt64?

    package init(
        connectTimeout: Duration = .seconds(10),
        stallTimeout: Duration = .seconds(15),
        answerTimeout: Duration? = nil,
        totalTimeout: Duration? = nil,
        maximumBodySize: UInt64? = nil
    ) {
        self.connectTimeout = connectTimeout
        self.stallTimeout = stallTimeout
        self.answerTimeout = answerTimeout
        self.totalTimeout = totalTimeout
        self.maximumBodySize = maximumBodySize
    }
}
