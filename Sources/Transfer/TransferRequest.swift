/// One HTTP request, with a body where its method has one.
///
/// The description leaves out the query and every header value, so that a key never reaches a log by accident.
package struct TransferRequest: Sendable, CustomStringConvertible {
    package enum Method: String, Sendable {
        case get = "GET"
        case head = "HEAD"
        case put = "PUT"
        case post = "POST"
        case delete = "DELETE"

        /// Sent twice it is as if it were sent once, and may be before anyone has asked for it.
        var isSafe: Bool { self == .get || self == .head }
    }

    package var method: Method
    /// An absolute `http` or `https` URL in ASCII, already percent-encoded; its path is sent exactly as written.
    package var url: String
    /// Sent as they are. How long the body is, and whether it is waited with (above 1 MiB, `Expect: 100-continue`), is added.
    package var headers: HTTPFields
    /// Nil for none; a PUT and a POST then announce one of no bytes.
    package var body: RequestBody?
    /// The part of the resource that is wanted; nil asks for all of it. A server may still answer 200 with everything.
    package var range: ByteRange?
    package var limits: TransferLimits
    package var reach = Reach.home
    /// Whether the body may come compressed, in whatever way libcurl can decode (gzip at least); it reaches the sink decoded. A
    /// body that has come so cannot be gone on with by range.
    package var acceptsCompression = false

    /// Where the request may go.
    package enum Reach: Sendable {
        /// A place that the program asks for its own sake, wherever it is.
        case home
        /// A place that someone else has named: not one inside this machine or a private network, unless the program's own is at
        /// such an address. What counts is the address that is connected to.
        case elsewhere
    }

    package init(
        _ method: Method = .get,
        url: String,
        headers: HTTPFields = [:],
        body: RequestBody? = nil,
        range: ByteRange? = nil,
        limits: TransferLimits = TransferLimits()
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.range = range
        self.limits = limits
    }

    package var description: String {
        "\(method.rawValue) \(url.prefix { $0 != "?" && $0 != "#" })"
    }
}
