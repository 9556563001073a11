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
    var isSecret: Bool { self == .apiKey || self == .storeSecret }

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
        case .storeSingleUse: .choice(StoreSettings.SingleUse.allCases.map(\.rawValue))
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
        case .apiKeyFile: "A file that holds the API key and that only you can read"
        case .apiKey: "The API key itself, in a file that only you can read; never an argument"
        case .apiKeyCommand:
            "A program that prints the API key, with its arguments; it runs without a shell, at the start and when the API refuses the key"
        case .caFile: "A file of certificate authorities (PEM) to trust in place of the system's"
        case .authTTL: "How long the key goes unchecked while the mount is in use"
        case .offline: "What is cached when the API cannot be asked for that long: read or deny"
        case .cacheDirectory: "Where results are kept"
        case .cacheSize: "How much of the disk results may take; the last 5 % of the disk stay free in any case"
        case .maximumArtifactSize:
            "How large a file, or the answer about a job, may be to be fetched; a larger one is EFBIG, unless it is cached already or can be fetched only once"
        case .largeResults:
            "When results that can be fetched only once are fetched: automatic, when one of their files is looked up; manual, by pulsefs fetch alone"
        case .onExpiry:
            "What becomes of the cached files of a job that the API has deleted: keep, they stay readable; drop, they are removed, except for what can be fetched only once"
        case .timeout: "How long a request that fails is tried again before its reader gets an error"
        case .waitTimeout: "How long waiting for a job goes on while the API cannot be asked"
        case .noFetch: "Programs that see the tree and what is cached, and cause no request"
        case .parts: "Which parts of a result are shown beside it, as contents.md, pages/ and tables/: all or none"
        case .csvGuard:
            "Put an apostrophe before a table's cell that a spreadsheet would take for a formula"
        case .extendedAttributes:
            "Show what is known of files as extended attributes, for getfattr -d; ls -l then asks twice more about each file"
        case .allowOther: "Let other users read the mount too"
        case .umask: "Permission bits to take away, in octal: 077 leaves files 0400 and directories 0500"
        case .uid: "The number of the user who owns what is shown"
        case .gid: "The number of the group that owns what is shown"
        case .store: "A store that machines share, in a bucket of an S3-compatible engine"
        case .storeEndpoint: "The engine's address"
        case .storePlainHTTP: "Whether an engine elsewhere than on this machine may be asked without TLS"
        case .storeRegion: "The region that requests are signed for"
        case .storeAddressing: "Where the bucket stands: path, in the path; virtual, before the host"
        case .storeMode: "Whether the store is written to: readwrite or read"
        case .storeSecretFile:
            "A file with the store's secret that only you can read, as pulsefs store init writes it; the first line seals, all open"
        case .storeSecret: "The store's secret itself, in the environment alone"
        case .storeSingleUse:
            "Results that can be fetched only once, while the store cannot be asked who does: late, fetched in the last minutes of their link; wait, never"
        case .storeTimeout: "How long the store has to begin an answer before the API is asked"
        }
    }

    /// The setting of that name, with dashes or underscores.
    init?(spelled name: String) { self.init(rawValue: name.replacing("_", with: "-")) }
}
