package import ArtifactStore
import Configuration
package import PulseAPI
package import SystemPackage

/// A setting that cannot be used: what, where it came from, and what to do.
package struct SettingsError: Error, Sendable, CustomStringConvertible {
    package let message: String

    package init(_ message: String) { self.message = message }

    package var description: String { message }
}

/// What the command line says; nil where it says nothing.
package struct SettingsFlags: Sendable {
    package var apiURL: String?
    package var apiKeyFile: String?
    package var cacheDirectory: String?
    package var authTTL: String?
    package var offline: String?
    package var cacheSize: String?
    package var largeResults: String?
    package var waitTimeout: String?
    package var timeout: String?
    package var onExpiry: String?
    package var noFetch: String?

    package init(
        apiURL: String? = nil, apiKeyFile: String? = nil, cacheDirectory: String? = nil, authTTL: String? = nil,
        offline: String? = nil
    ) {
        self.apiURL = apiURL
        self.apiKeyFile = apiKeyFile
        self.cacheDirectory = cacheDirectory
        self.authTTL = authTTL
        self.offline = offline
    }
}

/// The settings of a mount: each from its flag, else the environment, else its default.
package struct Settings: Sendable {
    package let origin: APIOrigin
    package let key: APIKey
    package let keySupply: KeySupply
    package let keyRules: KeyRules
    package let cacheDirectory: FilePath
    package let cacheLimits: StoreLimits
    package let largeResults: LargeResultPolicy
    /// How long whoever waits for a job goes on when the API cannot be asked.
    package let waitPatience: Duration
    /// How long a request is tried for.
    package let timeout: Duration
    package let onExpiry: ExpiryPolicy
    /// Names of programs that cause no request.
    package let noFetch: [String]

    /// Reads the key last, so that every other problem is known by then. Reports the first problem found.
    package init(flags: SettingsFlags, environment: [String: String]) throws(SettingsError) {
        let local = try LocalSettings(flags: flags, environment: environment)
        (origin, cacheDirectory) = (local.origin, local.cacheDirectory)
        (cacheLimits, largeResults, onExpiry) = (local.cacheLimits, local.largeResults, local.onExpiry)
        let reader = Self.reader(flags, environment)
        keyRules = try Self.keyRules(reader)
        waitPatience = try Self.waitPatience(reader)
        noFetch = reader.string(forKey: "no-fetch").map { Crawlers.names(in: $0) } ?? Crawlers.standard
        timeout = try Self.timeout(reader)
        (key, keySupply) = try Self.key(reader, environment)
    }

    /// What works, but should be known.
    package var warnings: [String] {
        origin.isUnprotected ? ["\(origin) is plain HTTP: the API key travels readable by others"] : []
    }

    /// Flags over environment, by the names of the settings.
    static func reader(_ flags: SettingsFlags, _ environment: [String: String]) -> ConfigReader {
        let values: [AbsoluteConfigKey: ConfigValue] = [
            "api-url": flags.apiURL, "api-key-file": flags.apiKeyFile, "cache-dir": flags.cacheDirectory,
            "cache-size": flags.cacheSize, "large-results": flags.largeResults, "auth-ttl": flags.authTTL,
            "offline": flags.offline, "wait-timeout": flags.waitTimeout, "timeout": flags.timeout,
            "on-expiry": flags.onExpiry, "no-fetch": flags.noFetch,
        ].compactMapValues { $0 }.reduce(into: [:]) { values, flag in
            values[AbsoluteConfigKey([flag.key])] = ConfigValue(.string(flag.value), isSecret: false)
        }
        return ConfigReader(providers: [
            InMemoryProvider(name: "flags", values: values),
            EnvironmentVariablesProvider(environmentVariables: renamed(environment)),
        ])
    }

    static func origin(_ reader: ConfigReader) throws(SettingsError) -> APIOrigin {
        let text = reader.string(forKey: "api-url", default: APIOrigin.production.description)
        guard let origin = APIOrigin(text) else {
            throw SettingsError(
                "\"\(text)\" is not an address of the API: give --api-url or PULSE_API_URL as https://host")
        }
        return origin
    }

    /// The variables by the names of the settings: the official tools' for what is the API's, our own for the rest. An
    /// empty one is none.
    private static func renamed(_ environment: [String: String]) -> [String: String] {
        var values: [String: String] = [:]
        values["API_URL"] = environment["PULSE_API_URL"]
        values["CACHE_DIR"] = environment["PULSEFS_CACHE_DIR"]
        values["AUTH_TTL"] = environment["PULSEFS_AUTH_TTL"]
        values["OFFLINE"] = environment["PULSEFS_OFFLINE"]
        values["CACHE_SIZE"] = environment["PULSEFS_CACHE_SIZE"]
        values["LARGE_RESULTS"] = environment["PULSEFS_LARGE_RESULTS"]
        values["WAIT_TIMEOUT"] = environment["PULSEFS_WAIT_TIMEOUT"]
        values["TIMEOUT"] = environment["PULSEFS_TIMEOUT"]
        values["ON_EXPIRY"] = environment["PULSEFS_ON_EXPIRY"]
        values["API_KEY_FILE"] = environment["PULSEFS_API_KEY_FILE"]
        values = values.filter { !$0.value.isEmpty }
        // Here, nothing is a list of no programs.
        values["NO_FETCH"] = environment["PULSEFS_NO_FETCH"]
        return values
    }

    static func cacheDirectory(
        _ reader: ConfigReader, _ environment: [String: String]
    ) throws(SettingsError) -> FilePath {
        if let named = reader.string(forKey: "cache-dir") {
            guard !named.isEmpty, !named.utf8.contains(0) else {
                throw SettingsError("--cache-dir is empty: name a directory")
            }
            let path = FilePath(named)
            return path.isAbsolute ? path : FilePath(environment["PWD"] ?? "/").pushing(path)
        }
        if let base = environment["XDG_CACHE_HOME"], base.hasPrefix("/") { return FilePath(base).appending("pulsefs") }
        guard let home = environment["HOME"], home.hasPrefix("/") else {
            throw SettingsError("there is no HOME to keep a cache in: name a directory with --cache-dir")
        }
        return FilePath(home).appending(".cache").appending("pulsefs")
    }

    private static func keyRules(_ reader: ConfigReader) throws(SettingsError) -> KeyRules {
        var rules = KeyRules()
        if let text = reader.string(forKey: "auth-ttl") {
            guard let ttl = TimeSpan(text)?.duration, ttl > .zero else {
                throw SettingsError(
                    "\"\(text)\" is not how long a key may go unchecked: give --auth-ttl as 600, 30s, 10m or 1h")
            }
            rules.ttl = ttl
        }
        if let text = reader.string(forKey: "offline") {
            guard let policy = OfflinePolicy(rawValue: text) else {
                throw SettingsError("\"\(text)\" is not what to do without the API: give --offline as read or deny")
            }
            rules.offline = policy
        }
        return rules
    }

    private static func waitPatience(_ reader: ConfigReader) throws(SettingsError) -> Duration {
        guard let text = reader.string(forKey: "wait-timeout") else { return WaitRules.standardPatience }
        guard let patience = TimeSpan(text)?.duration, patience > .zero else {
            throw SettingsError(
                "\"\(text)\" is not how long to wait for an API that does not answer: give --wait-timeout as 600, 30s, 10m or 1h"
            )
        }
        return patience
    }

    private static func timeout(_ reader: ConfigReader) throws(SettingsError) -> Duration {
        guard let text = reader.string(forKey: "timeout") else { return RetryPolicy.standardBudget }
        guard let timeout = TimeSpan(text)?.duration, timeout > .zero else {
            throw SettingsError(
                "\"\(text)\" is not how long a request is tried for: give --timeout or PULSEFS_TIMEOUT as 30s, 2m or 1h"
            )
        }
        return timeout
    }

    private static func key(
        _ reader: ConfigReader, _ environment: [String: String]
    ) throws(SettingsError) -> (APIKey, KeySupply) {
        if let name = reader.string(forKey: "api-key-file") {
            let path = FilePath(name)
            return (try KeyFile.read(path), .file(path))
        }
        if let text = environment["PULSE_API_KEY"], !text.isEmpty {
            guard let key = APIKey(text) else {
                throw SettingsError("PULSE_API_KEY holds characters that no key has: copy the key again")
            }
            return (key, .fixed)
        }
        throw SettingsError(
            "there is no API key: set PULSE_API_KEY, or put the key in a file and name it with --api-key-file")
    }
}
