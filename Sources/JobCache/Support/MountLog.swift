package import Logging

/// The loggers of a mount, one a part. Messages are constant, values are metadata.
package enum MountLog {
    package static let mountLabel = "pulsefs.mount"
    package static let mount = Logger(label: mountLabel)
    package static let cache = Logger(label: "pulsefs.cache")
    package static let store = Logger(label: "pulsefs.store")
    package static let api = Logger(label: "pulsefs.api")
}
