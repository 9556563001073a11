import ArgumentParser
import Foundation
import PulseFS

/// A mount in a process of its own: this program once more, with `--foreground`, that leaves the terminal when it is ready.
struct BackgroundMount {
    let words: [String]
    let directory: String

    /// Returns when the mount is usable; throws with what the other process said when it will not be.
    func start() throws {
        let child = Process()
        child.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        child.arguments = ["mount", "--foreground", "--detached"] + words + ["--", directory]
        let output = Pipe()
        child.standardInput = FileHandle.nullDevice
        child.standardOutput = output
        try child.runUnmasked()
        // The child closes its end when it is ready, or by ending.
        let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        guard said.isEmpty else {
            return Terminal.say(said.trimmingCharacters(in: .newlines))
        }
        child.waitUntilExit()
        throw ExitCode(child.terminationStatus == 0 ? 1 : child.terminationStatus)
    }

    /// Nobody reads this process any more; whoever waits for its output is told that it ends here.
    static func leaveTerminal() {
        let nowhere = open("/dev/null", O_RDWR | O_CLOEXEC)
        for descriptor: Int32 in 0...2 { dup2(nowhere, descriptor) }
        close(nowhere)
    }
}
