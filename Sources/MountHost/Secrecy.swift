import System

/// Keeps the key out of what others may see of a process.
package enum Secrecy {
    /// The variable that holds the key.
    package static let keyVariable = "PULSE_API_KEY"
    /// The variable that may hold the secret of a store.
    package static let storeSecretVariable = "PULSEFS_STORE_SECRET"

    /// For every command, as some go on for hours: the key is known to `Surroundings.process` from now on, and is neither in
    /// the environment, nor in that of any program that is started, nor in a core. To be called before there are other threads.
    package static func begin() {
        _ = Surroundings.process
        ThisProcess.forget(variable: keyVariable)
        ThisProcess.forget(variable: storeSecretVariable)
        // The key would be in it.
        ThisProcess.forbidCores()
    }
}
