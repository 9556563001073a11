import CMemory

/// The memory of this process: the heaps of the C library, which keep what has been freed, and what is in its own files.
package enum ProcessMemory {
    /// Bytes that the heaps hold and nobody uses.
    package static var unused: Int { Int(clamping: pulse_unused_memory()) }

    /// Gives these back to the system (malloc_trim(3)).
    package static func giveBack() { pulse_return_memory() }

    /// How many heaps there are at most; by default there are several for each processor.
    package static func limitHeaps(to count: Int32) { pulse_limit_heaps(count) }

    /// Takes the code and the constants of the program and of its libraries out of memory; what is needed comes back when it is
    /// used (MADV_DONTNEED in madvise(2)).
    package static func unmapFiles() { pulse_unmap_files() }
}
