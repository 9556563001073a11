/// How an answer is sent: which parts of it, how fast, and how the connection ends.
struct DeliveryPlan: Sendable {
    /// How a connection ends before the answer is complete.
    enum Ending: Sendable, Equatable {
        case close
        /// TCP RST.
        case reset
    }

    /// Wait for release before anything is sent.
    var stallsFirst = false
    /// Wait for release after this many bytes of the body.
    var stallAfter: Int?
    /// End the connection after this many bytes of the body.
    var end: (after: Int, how: Ending)?
    /// Bytes that are sent in place of an answer, before the connection is ended.
    var sendsFirst: [UInt8] = []
    /// End the connection instead of sending an answer.
    var endsFirst: Ending?
    var bytesPerSecond: Int?
    /// What to add to the announced length; nil announces none.
    var lengthOffset: Int? = 0

    /// The plan that a fault asks for. Faults that change the answer itself leave it plain.
    init(_ effect: Fault.Effect?) {
        switch effect {
        case .stallBeforeHeaders: stallsFirst = true
        case .stallBody(let bytes): stallAfter = max(0, bytes)
        case .cutBody(let bytes, let chunked):
            end = (max(0, bytes), .close)
            if chunked { lengthOffset = nil }
        case .resetBeforeHeaders: endsFirst = .reset
        case .resetInHeaders: (sendsFirst, endsFirst) = (Array("HTTP/1.1 200 OK\r\nContent-Ty".utf8), .reset)
        case .garbage(let text): (sendsFirst, endsFirst) = (Array(text.utf8), .close)
        case .resetBody(let bytes): end = (max(0, bytes), .reset)
        case .drip(let rate): bytesPerSecond = max(1, rate)
        case .wrongLength(let offset): lengthOffset = offset
        case .chunked: lengthOffset = nil
        case .status, .html, .json, .redirect, .delay, nil: break
        }
    }

    /// One thing done with a body of known length.
    enum Step: Equatable {
        case send(Range<Int>)
        case stall
        /// Send the rest and complete the answer.
        case finish(Range<Int>)
        case end(Ending)
    }

    /// What is done with a body of this many bytes, in order. The last step is `finish` or `end`.
    func steps(count: Int) -> [Step] {
        var steps: [Step] = []
        var offset = 0
        let stop = min(end?.after ?? count, count)
        if let stallAfter, stallAfter <= stop {
            steps = [.send(0..<stallAfter), .stall]
            offset = stallAfter
        }
        if let end {
            return steps + [.send(offset..<stop), .end(end.how)]
        }
        return steps + [.finish(offset..<stop)]
    }
}
