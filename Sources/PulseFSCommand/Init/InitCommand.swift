import ArgumentParser
import Foundation
import MountHost
import PulseAPI
import PulseFS
import Settings
import System
import SystemPackage

struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Save the API key, so that mounts find it.",
        discussion: """
            Asks for the API key, which the terminal does not show, or for a command that prints the key, such as that of a \
            password manager. Checks the key with one request to the API, and saves it in the settings file \
            (~/.config/pulsefs/config.toml), which only you can read. Other settings and comments in the file stay as they \
            are, and the file is replaced in one step.

              pulsefs init
              pulsefs init --profile work
              pass show pulse | pulsefs init --stdin
              PULSEFS_API_KEY_COMMAND='pass show pulse' pulsefs init

            A key that the environment or --api-key-file names is saved without a question: PULSE_API_KEY as api-key, \
            PULSEFS_API_KEY_COMMAND as api-key-command, --api-key-file as api-key-file. Without a terminal, one of these or \
            --stdin is needed.

            On a terminal, offers to mount the results on ~/pulse now and at each login, if systemd's user manager has the \
            unit pulsefs.service. --unit does that without a question, --no-unit does not offer it.

            Exit codes: 0 the key is saved, 1 it is not, or the unit did not start, 64 wrong usage, 74 the output cannot be \
            written.
            """)

    @OptionGroup var configuration: ConfigurationOptions

    @Option(help: .of(.apiURL))
    var apiURL: String?

    @Option(help: "File with the API key, readable only by you; its path is saved.", completion: .file())
    var apiKeyFile: String?

    @Option(help: .of(.caFile), completion: .file())
    var caFile: String?

    @Flag(help: "Read the key from standard input: one line.")
    var stdin = false

    @Flag(help: "Replace a key that is already in the settings file.")
    var replace = false

    @Flag(help: "Save the key even if the API cannot be reached to check it.")
    var noCheck = false

    @Flag(
        inversion: .prefixedNo,
        help: "Mount on ~/pulse now and at each login, by systemd's user manager (default: ask on a terminal).")
    var unit: Bool?

    private static let attempts = 3

    private var flags: SettingsFlags {
        configuration.flags + SettingsFlags([.apiURL: apiURL, .apiKeyFile: apiKeyFile, .caFile: caFile])
    }

    func validate() throws {
        if stdin, apiKeyFile != nil { throw ValidationError("--stdin and --api-key-file cannot be used together") }
    }

    func run() async throws {
        do {
            let setup = try KeySetup(flags, .process)
            for warning in setup.warnings { Terminal.warn(warning) }
            try await allowReplacing(setup.saving)
            let saved = try await acceptedKey(setup)
            try setup.saving.save(saved)
            Terminal.say("saved in \(setup.saving.path)")
            if let other = setup.other, stdin || other != setup.offered?.place {
                Terminal.warn("\(other) holds a key too, and is used before the settings file")
            }
            try await startUnit()
        } catch let error as ExitCode {
            throw error
        } catch {
            throw Terminal.failure(error)
        }
    }

    private func allowReplacing(_ saving: KeySaving) async throws {
        guard saving.hasKey, !replace else { return }
        guard TerminalQuestion.isPossible, !stdin else {
            throw MountFailure("\(saving.path) has a key already: add --replace, or another --profile")
        }
        guard await TerminalQuestion.isYes("\(saving.path) has a key already. Replace it?") else {
            throw MountFailure("nothing was changed")
        }
    }

    // MARK: The key

    /// One that the API accepts, or that is not to be checked. Only whoever types it can mend it, and is asked again.
    private func acceptedKey(_ setup: KeySetup) async throws -> SavedKey {
        for attempt in 1... {
            let (saved, isTyped) = try await chosenKey(setup)
            do {
                let lasting = try setup.lasting(saved)
                try await check(try setup.key(of: lasting), setup)
                return lasting
            } catch  where (error is KeyRejection || error is SettingsProblem) && isTyped && attempt < Self.attempts {
                Terminal.complain("\(error)")
            }
        }
        throw MountFailure("no key was saved")
    }

    private struct KeyRejection: Error, CustomStringConvertible {
        let description: String
    }

    private func check(_ key: APIKey, _ setup: KeySetup) async throws {
        if noCheck { return }
        switch await setup.verdict(on: key) {
        case .good: Terminal.say("\(setup.origin) accepts the key")
        case .refused(let words):
            throw KeyRejection(
                description: "\(setup.origin) refuses the key (\(words)): copy the key again; nothing was saved")
        case .unknown(let words):
            throw MountFailure(
                "\(setup.origin) cannot check the key (\(words)): try again, or add --no-check; nothing was saved"
            )
        }
    }

    /// `isTyped` is whether someone has typed it just now.
    private func chosenKey(_ setup: KeySetup) async throws -> (key: SavedKey, isTyped: Bool) {
        if stdin { return (.key(try Self.standardInput()), false) }
        if let (key, place) = setup.offered {
            Terminal.say("the key is that of \(place)")
            return (key, false)
        }
        guard TerminalQuestion.isPossible else {
            throw MountFailure(
                "there is no terminal to ask for the key: send it to pulsefs init --stdin, or set PULSE_API_KEY or "
                    + "PULSEFS_API_KEY_COMMAND")
        }
        let key = await TerminalQuestion.hiddenLine(
            "API key for \(setup.origin) (not shown; empty to name a command that prints it): ")
        guard let key else { throw MountFailure("no key was entered; nothing was saved") }
        if key.contains(where: { !$0.isWhitespace }) { return (.key(key), true) }
        let command = await TerminalQuestion.line("Command that prints the key: ")
        guard let command, command.contains(where: { !$0.isWhitespace }) else {
            throw MountFailure("no key was entered; nothing was saved")
        }
        return (.command(command), true)
    }

    /// More than a key can have is not read.
    private static func standardInput() throws -> String {
        let longest = 8192
        guard let data = try FileHandle.standardInput.read(upToCount: longest), !data.isEmpty else {
            throw MountFailure("standard input is empty: send the key to it, in one line")
        }
        return String(decoding: data, as: UTF8.self)
    }

    // MARK: The unit

    private func startUnit() async throws {
        let wants: Bool
        if let unit {
            wants = unit
        } else if TerminalQuestion.isPossible, UserUnit.isInstalled {
            wants = await TerminalQuestion.isYes("Mount the results on \(UserUnit.mountpoint) now and at each login?")
        } else {
            wants = false
        }
        guard wants else {
            return Terminal.say("next: mkdir -p \(UserUnit.mountpoint) && pulsefs mount \(UserUnit.mountpoint)")
        }
        guard UserUnit.isInstalled else {
            throw MountFailure(
                "systemd's user manager does not run here, or does not know \(UserUnit.name): mount with: pulsefs mount \(UserUnit.mountpoint)"
            )
        }
        if let trouble = UserUnit.enable() {
            throw MountFailure("\(trouble): see: systemctl --user status \(UserUnit.name)")
        }
        Terminal.say("mounted on \(UserUnit.mountpoint), now and at each login")
    }
}
