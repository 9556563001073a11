package import SystemPackage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What a process finds around it: its variables, its directory, its user's home.
package struct Surroundings: Sendable {
    package var variables: [String: String]
    package var workingDirectory: FilePath
    /// Asked when HOME says nothing, as at boot.
    private let accountHome: @Sendable () -> FilePath?

    package init(
        _ variables: [String: String], workingDirectory: FilePath = "/",
        accountHome: @escaping @Sendable () -> FilePath? = { nil }
    ) {
        self.variables = variables
        self.workingDirectory = workingDirectory
        self.accountHome = accountHome
    }

    /// This process's, as they were when they were first asked for: the key may have been taken out of the environment since.
    package static let process = Surroundings(
        ProcessInfo.processInfo.environment,
        workingDirectory: FilePath(FileManager.default.currentDirectoryPath), accountHome: { homeOfUser() })

    /// A variable that says something: an empty one is as good as none.
    package func variable(_ name: String) -> String? { variables[name].flatMap { $0.isEmpty ? nil : $0 } }

    /// A variable that must be an absolute path to count (XDG Base Directory Specification).
    package func directory(_ name: String) -> FilePath? {
        variables[name].flatMap { $0.hasPrefix("/") && !$0.utf8.contains(0) ? FilePath($0) : nil }
    }

    package var home: FilePath? { directory("HOME") ?? accountHome() }

    /// A path as it is written in a directory. In a file `~/` is the home; elsewhere a shell has seen to that.
    package func path(_ text: String, in directory: FilePath? = nil) -> FilePath? {
        guard !text.isEmpty, !text.utf8.contains(0) else { return nil }
        guard let directory else { return workingDirectory.pushing(FilePath(text)) }
        if text == "~" || text.hasPrefix("~/") {
            return home.map { $0.pushing(FilePath(String(text.dropFirst(2)))) }
        }
        return directory.pushing(FilePath(text))
    }

    /// As the user database has it (getpwuid_r(3)).
    private static func homeOfUser() -> FilePath? {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16_384)
        guard getpwuid_r(getuid(), &entry, &buffer, buffer.count, &found) == 0, found != nil, let home = entry.pw_dir
        else { return nil }
        let path = String(cString: home)
        return path.hasPrefix("/") ? FilePath(path) : nil
    }
}

extension Surroundings: CustomReflectable {
    /// Shows nothing: the key may be in it.
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
