import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

extension Rig {
    /// Where a test exports to.
    var exported: FilePath { scratch.appending("out") }

    /// Exports jobs into `exported`.
    func export(_ ids: [String], _ options: String...) async throws -> Shell.Outcome {
        try await run(["export"] + options + ids + [exported.string])
    }

    /// Runs a script with `$D` the directory that is exported into, and `$1`… the arguments.
    @discardableResult
    func shell(_ script: String, _ arguments: String..., timeout: Int = 60) async throws -> Shell.Outcome {
        try await Shell.run(
            script, arguments, environment: environment().merging(["D": exported.string]) { $1 }, timeout: timeout)
    }

    /// Names, sizes, dates of modification and digests of all files below a directory, in order.
    func listing(of directory: FilePath) async throws -> String {
        let said = try await Shell.run(
            """
            cd "$1" && find . -type f -printf '%P %s %T@\\n' -o -type d -printf '%P/ %T@\\n' | LC_ALL=C sort
            find . -type f -exec sha256sum {} + | LC_ALL=C sort -k 2
            """, [directory.string])
        try #require(said.status == 0 && said.errors.isEmpty, "\(said.errors)")
        return said.text
    }

    /// What tells a file that was written anew: its inode number, and when anything of it last changed.
    func identities(of directory: FilePath) async throws -> [String: String] {
        let said = try await Shell.run("cd \"$1\" && find . -type f -printf '%P\\t%i %C@\\n'", [directory.string])
        return Dictionary(uniqueKeysWithValues: said.cells.map { ($0[0], $0[1]) })
    }
}
