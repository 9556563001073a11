/// Paths of the API, below its origin. Each stands with what asks for it.
package enum EndpointPath {}
