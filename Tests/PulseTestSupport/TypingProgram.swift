import Foundation
public import SystemPackage

/// A program that runs another at a terminal of its own, and types there: what it prints is what the terminal shows.
///
/// Its words are pairs of what to wait for and what to type then, `--`, and the program with its arguments. It ends as that does.
public enum TypingProgram {
    /// Writes it into a directory and returns its path.
    public static func install(in directory: FilePath) throws -> FilePath {
        let path = directory.appending("typing")
        try Data(text.utf8).write(to: URL(fileURLWithPath: path.string))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path.string)
        return path
    }

    private static let text = #"""
        #!/usr/bin/env python3
        import os, pty, sys
        words = sys.argv[1:]
        split = words.index("--")
        steps, program = words[:split], words[split + 1:]
        child, terminal = pty.fork()
        if child == 0:
            os.execvp(program[0], program)
        shown, seen = b"", 0
        def more():
            global shown
            try:
                piece = os.read(terminal, 65536)
            except OSError:
                piece = b""
            shown += piece
            return len(piece) > 0
        for wanted, typed in zip(steps[::2], steps[1::2]):
            while wanted.encode() not in shown[seen:] and more():
                pass
            seen = len(shown)
            try:
                os.write(terminal, typed.encode().decode("unicode_escape").encode())
            except OSError:
                break
        while more():
            pass
        sys.stdout.write(shown.decode().replace("\r\n", "\n"))
        status = os.waitpid(child, 0)[1]
        sys.exit(os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))
        """#
}
