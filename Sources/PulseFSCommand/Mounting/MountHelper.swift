import ArgumentParser
import Foundation
import MountHost
import PulseAPI
import PulseFS
import Settings
import System

/// This program as mount(8) calls it for the type `fuse.pulsefs`: `mount.fuse.pulsefs SOURCE DIR [-sfnv] [-o OPTIONS]`.
struct MountHelper {
    /// mount(8), "Exit status".
    enum Code { static let (usage, failure): (Int32, Int32) = (1, 32) }

    struct Misuse: Error, CustomStringConvertible {
        let description: String
    }

    private let source: String
    private let directory: String
    private let options: [FstabOptions.Option]
    /// Nothing is to be done but to look whether it could be (`mount -f`).
    private let isFake: Bool
    /// Options that are not known are let pass.
    private let isSloppy: Bool
    /// A mount is to be left as it is: it is read-only, and takes its other options when it is made.
    private let isRemount: Bool

    /// Of `pulsefs mount`, and of no use to mount(8), which waits for the end of this process.
    private static let notOffered: Set<String> = [
        "foreground", "detached", "end-with", "help", "version", "generate-completion-script", "experimental-dump-help",
    ]

    /// Where root keeps a cache that belongs to no home, as at boot.
    private static let rootsCache = "/var/cache/pulsefs"

    /// Whether the program was called by one of its names as a helper.
    static func isMeant(by program: String) -> Bool {
        ["mount.pulsefs", "mount.fuse.pulsefs"].contains(String(program.split(separator: "/").last ?? ""))
    }

    /// Mounts, and returns the exit code.
    static func run(_ arguments: [String]) async -> Int32 {
        let command: MountCommand
        do {
            let helper = try MountHelper(arguments)
            if helper.isRemount { return try helper.remount() }
            command = try helper.command(Surroundings.process.variables)
            if helper.isFake { return 0 }
        } catch {
            Terminal.complain("\(error)")
            return Code.usage
        }
        do { try await command.run() } catch {
            return (error as? ExitCode)?.rawValue == 64 ? Code.usage : Code.failure
        }
        return 0
    }

    init(_ arguments: [String]) throws(Misuse) {
        var operands: [String] = []
        var options = FstabOptions()
        var flags = ""
        var rest = arguments[...]
        while let word = rest.popFirst() {
            guard word.hasPrefix("-"), word != "-" else {
                operands.append(word)
                continue
            }
            if word == "-o" || word == "-t" {
                guard let value = rest.popFirst() else { throw Misuse(description: "\(word) needs a value") }
                if word == "-o" { options.add(value) }
            } else if word.dropFirst().allSatisfy({ "sfnv".contains($0) }) {
                flags += word.dropFirst()
            } else {
                throw Misuse(
                    description:
                        "\(PrintableText.line(word)) is not an option of a mount helper; see: pulsefs help mount")
            }
        }
        guard operands.count == 2 else {
            throw Misuse(description: "usage: mount.fuse.pulsefs SOURCE DIR [-sfnv] [-o OPTIONS], with pulse as SOURCE")
        }
        (source, directory, self.options) = (operands[0], operands[1], options.options)
        (isFake, isSloppy) = (flags.contains("f"), flags.contains("s"))
        isRemount = options.isRemount
    }

    /// Returns the exit code.
    private func remount() throws(Misuse) -> Int32 {
        do throws(MountFailure) { _ = try MountedDirectory(.absoluteWithoutLooking(directory)) } catch {
            throw Misuse(description: "\(error): mount it, rather than remount")
        }
        return 0
    }

    /// The command that does the same.
    func command(_ environment: [String: String]) throws(Misuse) -> MountCommand {
        var words = try sourceWords()
        for option in options {
            if let problem = Self.problem(with: option) {
                if isSloppy { continue }
                throw Misuse(description: "\(problem); see: pulsefs help mount")
            }
            words.append(option.word)
        }
        let cacheIsNamed = ["HOME", "XDG_CACHE_HOME", "PULSEFS_CACHE_DIR"].contains {
            environment[$0]?.isEmpty == false
        }
        if !cacheIsNamed, ThisProcess.user == 0, !options.contains(where: { $0.name == "cache-dir" }) {
            words.append("--cache-dir=\(Self.rootsCache)")
        }
        do { return try MountCommand.parse(words + ["--", directory]) } catch {
            throw Misuse(description: Self.line(error))
        }
    }

    private func sourceWords() throws(Misuse) -> [String] {
        let address = source.hasPrefix("pulse:") ? String(source.dropFirst("pulse:".count)) : source
        if address == "pulse" || address.isEmpty { return [] }
        if address.hasPrefix("https://") || address.hasPrefix("http://") { return ["--api-url=\(address)"] }
        throw Misuse(
            description:
                "\(PrintableText.line(SettingKind.address.shown(source))) cannot be mounted: write pulse, or the API's address as https://host"
        )
    }

    /// Why the command does not take an option, if it does not.
    private static func problem(with option: FstabOptions.Option) -> String? {
        let name = PrintableText.line(option.name)
        if name.isEmpty || notOffered.contains(name) { return "\(name) is not an option of a PulseFS mount" }
        do { _ = try MountCommand.parse([option.word, "--", "/"]) } catch {
            return "the option \(name) is not understood (\(line(error)))"
        }
        return nil
    }

    private static func line(_ error: some Error) -> String {
        let text = MountCommand.message(for: error)
        return PrintableText.line(String(text.prefix { !$0.isNewline }))
    }
}
