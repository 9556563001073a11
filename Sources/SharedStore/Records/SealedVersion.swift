/// One version of a sealed object.
package struct SealedVersion: Sendable, Hashable {
    package let header: SealedHeader
    package let contents: [UInt8]
    package let facts: ObjectFacts
}
