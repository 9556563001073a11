import JobCache
import SharedStore

/// The settings there are: what reads them, what shows them and what documents them goes through this list.
package enum Setting: String, CaseIterable, Sendable {
    case apiURL = "api-url"
    case apiKeyFile = "api-key-file"
    case apiKey = "api-key"
    case apiKeyCommand = "api-key-command"
    case caFile = "ca-file"
    case authTTL = "auth-ttl"
    case offline
    case cacheDirectory = "cache-dir"
    case cacheSize = "cache-size"
    case maximumArtifactSize = "max-artifact-size"
    case largeResults = "large-results"
    case onExpiry = "on-expiry"
    case timeout
    case waitTimeout = "wait-timeout"
    case noFetch = "no-fetch"
    case parts
    case csvGuard = "csv-guard"
    case extendedAttributes = "xattrs"
    case allowOther = "allow-other"
    case umask
    case uid
    case gid
    case store
    case storeEndpoint = "store-endpoint"
    case storePlainHTTP = "store-plain-http"
    case storeRegion = "store-region"
    case storeAddressing = "store-addressing"
    case storeMode = "store-mode"
    case storeSecretFile = "store-secret-file"
    case storeSecret = "store-secret"
    case storeSingleUse = "store-single-use"
    case storeTimeout = "store-timeout"

    /// As it stands in a file of settings.
    package var name: String { rawValue }

    /// A secret itself is no argument, ever; nor is a program to run, which a list of processes would show.
    package var flag: String? { isSecret || self == .apiKeyCommand ? nil : "--\(rawValue)" }

    /// Its value is shown to nobody.
    package var isSecret: Bool { self == .apiKey || self == .storeSecret }

    /// What is the API's has the official tools' names.
    package var variable: String {
        switch self {
        case .apiURL: "PULSE_API_URL"
        case .apiKey: "PULSE_API_KEY"
        default: "PULSEFS_" + rawValue.uppercased().replacing("-", with: "_")
        }
    }

    package var kind: SettingKind {
        switch self {
        case .apiURL: .address
        case .apiKey: .secret
        case .storeSecret: .fleetSecret
        case .store: .store
        case .storeEndpoint: .server
        case .storeRegion: .region
        case .storeAddressing: .choice(StoreLocation.Addressing.allCases.map(\.rawValue))
        case .storeMode: .choice(StoreSettings.Mode.allCases.map(\.rawValue))
        case .storeSingleUse: .choice(SingleUsePolicy.allCases.map(\.rawValue))
        case .apiKeyCommand: .command
        case .apiKeyFile, .caFile, .cacheDirectory, .storeSecretFile: .path
        case .authTTL, .timeout, .waitTimeout, .storeTimeout: .time
        case .offline: .choice(OfflinePolicy.allCases.map(\.rawValue))
        case .largeResults: .choice(LargeResultPolicy.allCases.map(\.rawValue))
        case .onExpiry: .choice(ExpiryPolicy.allCases.map(\.rawValue))
        case .cacheSize, .maximumArtifactSize: .size
        case .noFetch: .names
        case .parts: .choice(PartsPolicy.Choice.allCases.map(\.rawValue))
        case .csvGuard, .extendedAttributes, .allowOther, .storePlainHTTP: .flag
        case .umask: .mode
        case .uid, .gid: .number
        }
    }

    /// What holds when nobody says anything, in words.
    package var standard: String {
        switch self {
        case .apiURL: "https://api.runpulse.com"
        case .apiKeyFile, .apiKey, .apiKeyCommand, .maximumArtifactSize: "none"
        case .store, .storeSecretFile, .storeSecret: "none"
        case .storeEndpoint: "that of AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL, or Amazon's in the region"
        case .storeRegion: "that of AWS_REGION, AWS_DEFAULT_REGION or the profile of Amazon's tools, or us-east-1"
        case .storeAddressing: "virtual at Amazon's, path elsewhere"
        case .storeMode: "readwrite"
        case .storeSingleUse: "late"
        case .storeTimeout: "2s"
        case .caFile: "those of SSL_CERT_FILE, SSL_CERT_DIR or CURL_CA_BUNDLE, or the system's"
        case .authTTL, .waitTimeout: "10m"
        case .offline: "read"
        case .cacheDirectory: "$XDG_CACHE_HOME/pulsefs or ~/.cache/pulsefs"
        case .cacheSize: "10G"
        case .largeResults: "automatic"
        case .onExpiry: "keep"
        case .timeout: "30s"
        case .noFetch: "updatedb, indexers and thumbnailers"
        case .parts: "all"
        case .csvGuard, .extendedAttributes, .allowOther, .storePlainHTTP: "false"
        case .umask: "077"
        case .uid: "you"
        case .gid: "yours"
        }
    }

    /// One sentence without its end.
    package var meaning: String {
        switch self {
        case .apiURL: "The API's address"
        case .apiKeyFile: "File with the API key, readable only by you"
        case .apiKey: "The API key itself, in a settings file readable only by you; never an argument"
        case .apiKeyCommand:
            "Program that prints the API key, with its arguments; runs without a shell, at the start and when the API refuses the key"
        case .caFile: "File with certificate authorities (PEM) to trust instead of the system's"
        case .authTTL: "How long a check of the key stays valid while the mount is in use"
        case .offline:
            "Whether cached files stay readable when the key cannot be checked for longer than auth-ttl: read or deny"
        case .cacheDirectory: "Directory of the cache"
        case .cacheSize: "Maximum size of the cache; 5 % of the disk stay free in any case"
        case .maximumArtifactSize:
            "Maximum size of a file or job document to fetch; a larger one fails with EFBIG, unless it is cached or can be fetched only once"
        case .largeResults:
            "When to fetch results that can be fetched only once: automatic, when a program looks up one of their files; manual, only with pulsefs fetch"
        case .onExpiry:
            "What to do with the cached files of a job that the API has deleted: keep them readable, or drop them, except those that can be fetched only once"
        case .timeout: "How long to retry a failing request before returning an error"
        case .waitTimeout: "How long to keep waiting for a job while the API cannot be reached"
        case .noFetch: "Programs that read only from the cache and cause no request"
        case .parts: "Which parts of a result to show, such as contents.md, pages/ and tables/: all or none"
        case .csvGuard:
            "Put an apostrophe before a table cell that a spreadsheet would treat as a formula"
        case .extendedAttributes:
            "Show metadata of files as extended attributes (getfattr -d); ls -l then asks the mount twice more about each file"
        case .allowOther: "Let other users read the mount too"
        case .umask: "Permission bits to remove, in octal: 077 leaves files 0400 and directories 0500"
        case .uid: "Number of the user who owns the files"
        case .gid: "Number of the group that owns the files"
        case .store: "Store that machines share, in a bucket of an S3-compatible engine"
        case .storeEndpoint: "The engine's address"
        case .storePlainHTTP: "Allow requests without TLS to an engine on another machine"
        case .storeRegion: "Region for which requests are signed"
        case .storeAddressing: "Where the URL names the bucket: path, in the path; virtual, before the host"
        case .storeMode: "Whether to write to the store: readwrite or read"
        case .storeSecretFile:
            "File with the store's secret, readable only by you, as pulsefs store init writes it; its first line seals objects, all lines open them"
        case .storeSecret: "The store's secret itself, only in the environment"
        case .storeSingleUse:
            "When to fetch results that can be fetched only once while the store cannot be reached: late, in the last minutes of their link; wait, never"
        case .storeTimeout: "How long to wait for the store to begin its answer before asking the API"
        }
    }

    /// The setting of that name, with dashes or underscores.
    package init?(spelled name: String) { self.init(rawValue: name.replacing("_", with: "-")) }
}
