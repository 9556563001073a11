import Foundation

/// The descriptors 0, 1 and 2, which a process may be started without.
enum StandardDescriptors {
    /// Puts something in the place of each one that is closed. To be called before anything is opened: a file of the cache,
    /// or the connection to the kernel, would get its number, and whoever has something to say would write into it.
    ///
    /// What stands there is of as little use as a closed one: input can only be written, output only be read.
    static func fill() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
            // The lowest number that is free is the one that is taken (open(2)).
            if open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0 { _ = open("/", O_RDONLY) }
        }
    }
}
