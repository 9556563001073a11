/// Something that goes wrong with requests, until it is cleared or used up.
public struct Fault: Sendable {
    /// What goes wrong.
    public enum Effect: Sendable {
        /// The answer is an error of this status, in this shape. Nil members get usual values.
        case status(
            Int, shape: ErrorShape? = nil, code: String? = nil, message: String? = nil,
            headers: [(String, String)] = [])
        /// Nothing is sent until ``Emulator/release()``; then the true answer.
        case stallBeforeHeaders
        /// The body stops after this many bytes until ``Emulator/release()``; then goes on.
        case stallBody(afterBytes: Int)
        /// The connection is closed after this many bytes of the body. The length was announced, or, if
        /// `chunked`, the last chunk is missing.
        case cutBody(afterBytes: Int, chunked: Bool = false)
        /// The connection is reset (TCP RST) instead of an answer.
        case resetBeforeHeaders
        /// The connection is reset (TCP RST) in the middle of the head of an answer.
        case resetInHeaders
        /// This text instead of an answer, which need not be HTTP; then the connection is closed.
        case garbage(String)
        /// The connection is reset (TCP RST) after this many bytes of the body.
        case resetBody(afterBytes: Int)
        /// The body comes at this many bytes a second.
        case drip(bytesPerSecond: Int)
        /// The announced length is the true one plus this; the connection is closed after the true body.
        case wrongLength(by: Int)
        /// The true body without an announced length, in chunks, complete.
        case chunked
        /// Status 200, and an HTML page.
        case html
        /// Status 200, `application/json`, and this text.
        case json(String)
        /// A redirect to another place.
        case redirect(to: String, status: Int = 302)
        /// The true answer, but later by this much.
        case delay(Duration)
    }

    public var target: RequestPattern
    /// Only requests of this method; nil is any.
    public var method: String?
    /// How many matching requests pass untouched first.
    public var skipping: Int
    /// How many requests are hit before the fault is used up; nil is all.
    public var count: Int?
    public var effect: Effect

    public init(
        _ effect: Effect, on target: RequestPattern, method: String? = nil, skipping: Int = 0,
        count: Int? = nil
    ) {
        self.effect = effect
        self.target = target
        self.method = method
        self.skipping = skipping
        self.count = count
    }
}
