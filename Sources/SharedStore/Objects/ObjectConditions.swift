/// What must be so for an object to be read.
package enum ReadCondition: Sendable, Hashable {
    case none
    /// It is another version than this one.
    case unless(ETag)
    /// It is still this version: else `.conditionFailed`.
    case ifStill(ETag)
}

/// What must be so for an object to be written or removed; the engine looks and writes in one step.
package enum WriteCondition: Sendable, Hashable {
    case none
    case ifAbsent
    case ifStill(ETag)
}
