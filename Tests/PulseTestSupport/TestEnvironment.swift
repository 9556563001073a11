import Foundation

/// The variables of programs that tests start: this process's, without any that says what PulseFS is to do, and without the
/// files of settings of whoever runs the tests.
enum TestEnvironment {
    static let variables: [String: String] = {
        var variables = ProcessInfo.processInfo.environment.filter { name, _ in
            !name.hasPrefix("PULSE")
                && !["CREDENTIALS_DIRECTORY", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"].contains(name)
        }
        variables["XDG_CONFIG_HOME"] = "/nonexistent"
        variables["XDG_STATE_HOME"] = "/dev/null"
        variables["PULSE_CONFIG_DIR"] = "/nonexistent"
        return variables
    }()
}
