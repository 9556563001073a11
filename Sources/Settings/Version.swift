/// The version of this program (https://semver.org).
package enum Version {
    package static let text = "0.1.0"
}
