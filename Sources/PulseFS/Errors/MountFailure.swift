/// A mount that cannot be made, in one line for whoever typed the command.
package struct MountFailure: Error, Sendable, CustomStringConvertible {
    package let message: String

    package init(_ message: String) { self.message = message }

    package var description: String { message }
}
