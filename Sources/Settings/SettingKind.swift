import System

/// What the value of a setting is.
package enum SettingKind: Sendable, Hashable {
    case address, secret, command, path, time, size, names, flag, mode, number
    case store, server, region, fleetSecret
    case choice([String])

    /// What is wrong with a value that is none of the kind, without the value.
    var complaint: String {
        switch self {
        case .address: "is not an address of the API: write it as https://host"
        case .secret: "has characters that no key has: copy the key again"
        case .command: "is not a command: close its quotes"
        case .path: "is not a path: name a file or directory"
        case .time: "is not a time: write 600, 30s, 10m or 1h, and more than 0"
        case .size: "is not a size: write 10G, 500M, 1.5GiB or a number of bytes"
        case .names: "is not a list of names"
        case .flag: "is neither true nor false"
        case .mode: "is not a set of permission bits: write them in octal, such as 077"
        case .number: "is not a number of a user or group"
        case .store: "is not an address of a store: write it as s3://bucket/prefix"
        case .server: "is not an address of a server: write it as https://host or https://host:port"
        case .region: "is not a region: write it as us-east-1"
        case .fleetSecret: "is not the secret of a store: it has 64 hexadecimal digits"
        case .choice(let words): "is not one of: \(words.joined(separator: ", "))"
        }
    }

    /// What is wrong with that value.
    package func complaint(of text: String) -> String {
        guard self == .address || self == .server, text.contains("@") else { return complaint }
        guard self == .address else {
            return "has a user or a password in it, which are not sent: write it as https://host"
        }
        return "has a user or a password in it, which the API does not use: write it as https://host"
    }

    /// A value as it may be shown: an address without the user and the password that someone may have put into it.
    package func shown(_ text: String) -> String {
        switch self {
        case .address, .server: text.contains("@") ? ProxyVariables.redacted(text) : text
        case .secret, .fleetSecret: "…"
        default: text
        }
    }

    /// How a value of the kind is written in a file of settings.
    package var example: String {
        switch self {
        case .address: "\"https://host\""
        case .secret: "\"…\""
        case .command: "\"pass show pulse\", or [\"pass\", \"show\", \"pulse\"]"
        case .path: "\"~/directory/file\""
        case .time: "\"10m\", or a number of seconds"
        case .size: "\"10G\", or a number of bytes"
        case .names: "[\"updatedb\", \"baloo_file\"]"
        case .flag: "true or false"
        case .mode: "\"077\" or 0o077"
        case .number: "a number"
        case .store: "\"s3://bucket/prefix\""
        case .server: "\"https://host\""
        case .region: "\"us-east-1\""
        case .fleetSecret: "\"…\""
        case .choice(let words): words.map { "\"\($0)\"" }.joined(separator: " or ")
        }
    }

    /// The text that a flag would have; nil for a type that says nothing of this kind.
    func text(of value: TOMLDocument.Value) -> String? {
        switch (self, value) {
        case (.flag, .boolean(let isTrue)): "\(isTrue)"
        case (.flag, _): nil
        case (_, .string(let text)): text
        case (.names, .strings(let names)): names.joined(separator: ",")
        case (.command, .strings(let words)): ShellWords.joined(words)
        case (.time, .integer(let number, _)), (.size, .integer(let number, _)), (.number, .integer(let number, _)):
            "\(number)"
        case (.mode, .integer(let bits, isOctal: true)): "0" + String(bits, radix: 8)
        default: nil
        }
    }

    /// Words of the value name in a help text.
    package var valueName: String {
        switch self {
        case .address: "url"
        case .secret: "key"
        case .command: "command"
        case .path: "path"
        case .time: "time"
        case .size: "size"
        case .names: "names"
        case .flag: "flag"
        case .mode: "mode"
        case .number: "number"
        case .store: "s3-address"
        case .server: "url"
        case .region: "region"
        case .fleetSecret: "secret"
        case .choice(let words): words.joined(separator: "|")
        }
    }
}
