package import JobCache
package import SystemPackage

extension EventLog {
    /// Takes in that a program gets an error, and returns which. The words, which the errno cannot carry, are in the log.
    package func failed(_ failure: Failure, at place: Place?) -> Errno {
        let errno = ErrnoTable.errno(for: failure)
        failed(failure, as: ErrnoTable.name(of: errno), at: place)
        return errno
    }
}
