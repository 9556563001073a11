import Foundation

/// How this program is started once more: with no signal blocked or ignored, whatever is here.
enum FreshSignals {
    /// The attributes for posix_spawn(3), while `body` runs. `flags` are added to those that they need.
    static func withAttributes<Value>(
        flags: Int32 = 0, _ body: (UnsafePointer<posix_spawnattr_t>) -> Value
    ) -> Value {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var (none, all) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(flags | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        return body(&attributes)
    }
}
