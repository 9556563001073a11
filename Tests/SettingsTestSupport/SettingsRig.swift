package import PulseTestSupport
package import Settings
import System
package import SystemPackage

/// A home directory with files of settings in it.
package struct SettingsRig {
    package let scratch: ScratchDirectory
    package var home: FilePath { scratch.path }
    package var own: FilePath { home.appending(".config/pulsefs/config.toml") }
    package var official: FilePath { home.appending(".pulse/config.toml") }

    package static func with(_ body: (SettingsRig) async throws -> Void) async throws {
        try await ScratchDirectory.with { (scratch) async throws in try await body(SettingsRig(scratch: scratch)) }
    }

    /// Puts a text into a file that only its owner can read, and makes the directories on the way.
    @discardableResult
    package func write(_ text: String, to file: FilePath, mode: String = "600") async throws -> FilePath {
        let outcome = try await Shell.run(
            "umask 077; mkdir -p \"$(dirname \"$1\")\"; printf '%s' \"$2\" > \"$1\"; chmod \"$3\" \"$1\"",
            [file.string, text, mode])
        guard outcome.status == 0 else { throw MountedPulseFS.Failure(description: outcome.errors) }
        return file
    }

    package func sources(
        _ environment: [String: String] = [:], _ flags: SettingsFlags = SettingsFlags()
    ) -> SettingsSources {
        SettingsSources(
            flags, Surroundings(["HOME": home.string].merging(environment) { $1 }, workingDirectory: home))
    }

    /// With a key, as most tests are about something else.
    package func mount(
        _ environment: [String: String] = [:], _ flags: SettingsFlags = SettingsFlags()
    ) throws(SettingsError) -> MountSettings {
        try MountSettings(sources(["PULSE_API_KEY": "k-1"].merging(environment) { $1 }, flags))
    }

    /// The problems of a mount, each a line.
    package func problems(_ environment: [String: String] = [:], _ flags: SettingsFlags = SettingsFlags()) -> [String] {
        do throws(SettingsError) { _ = try mount(environment, flags) } catch {
            return error.problems.map(\.description)
        }
        return []
    }
}
