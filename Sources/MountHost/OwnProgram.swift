/// This program, started once more for a part of its work.
package enum OwnProgram {
    /// Of the program that opens it (proc_pid_exe(5)).
    package static let path = "/proc/self/exe"
    /// The word before the path of a file that is to be written to standard output, and nothing else done.
    package static let readsFile = "---read-file"
}
