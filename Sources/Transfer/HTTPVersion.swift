/// The version in which a server answered.
package enum HTTPVersion: Sendable, Equatable {
    case http10
    case http11
    case http2
    case http3
}
