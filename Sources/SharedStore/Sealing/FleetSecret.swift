import Crypto
import System
package import SystemPackage

/// What the members of a fleet have in common, and nobody else: 32 random bytes a line. The first line seals, all of them open, so
/// that a secret can be replaced while the fleet runs. Printing, dumping or interpolating it shows no part of it.
package struct FleetSecret: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Why there is no secret, in words that hold no part of one.
    package struct Trouble: Error, Sendable, Hashable, CustomStringConvertible {
        package let description: String

        package init(_ words: String) { description = words }
    }

    /// The one that seals.
    package let first: MemberSecret
    /// All of them, that one first.
    package let all: [MemberSecret]

    private static let mostLines = 16
    static let length = 32

    package init(_ first: MemberSecret, _ others: [MemberSecret] = []) {
        self.first = first
        all = [first] + others
    }

    /// A new one.
    package static func random() -> FleetSecret {
        FleetSecret(MemberSecret(SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }))
    }

    /// Of lines with 64 hexadecimal digits each; empty ones, and those that begin with `#`, are passed over.
    package init(text: String) throws(Trouble) {
        let lines = text.split(whereSeparator: \.isNewline).map { line in
            String(line.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
        }
        var found: [MemberSecret] = []
        for line in lines where !line.isEmpty && !line.hasPrefix("#") {
            guard let bytes = HexText.bytes(line), bytes.count == Self.length else {
                throw Trouble("a line of the store's secret does not have 64 hexadecimal digits: copy the file again")
            }
            found.append(MemberSecret(bytes))
        }
        guard let first = found.first else {
            throw Trouble("there is no secret of a store in it: pulsefs store init makes one")
        }
        guard found.count <= Self.mostLines else { throw Trouble("it holds more than \(Self.mostLines) secrets") }
        self.init(first, Array(found.dropFirst()))
    }

    /// From a file that its owner alone can read. Blocks on the disk.
    package init(file path: FilePath) throws(Trouble) {
        let file: SmallFile
        do throws(SmallFile.Trouble) {
            guard let found = try SmallFile.read(path, atMost: SmallFile.largest) else {
                throw SmallFile.Trouble.unreadable(.noSuchFileOrDirectory)
            }
            file = found
        } catch {
            throw Trouble("the store's secret in \(path) \(error.words)")
        }
        guard file.permissions & 0o077 == 0 else {
            throw Trouble("others can read the store's secret in \(path): run chmod 600 \(path)")
        }
        guard file.owner == ThisProcess.effectiveUser || file.owner == 0 else {
            throw Trouble(
                "\(path) with the store's secret is another user's: run chown \(ThisProcess.effectiveUser) \(path)")
        }
        do throws(Trouble) { try self.init(text: String(decoding: file.bytes, as: UTF8.self)) } catch {
            throw Trouble("\(path): \(error)")
        }
    }

    /// The text of a file to hand out.
    package var fileText: String { all.map { "\($0.digits)\n" }.joined() }

    /// Writes a file that its owner alone can read. One that is there already is never written over. Blocks on the disk.
    package func write(to path: FilePath) throws(Trouble) {
        do {
            let file = try FileDescriptor.open(
                path, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec], permissions: [.ownerReadWrite])
            try file.closeAfter {
                try file.writeAll(fileText.utf8)
                try file.synchronize()
            }
        } catch {
            throw Trouble("the store's secret cannot be written to \(path) (\(error as? Errno ?? .ioError))")
        }
    }

    package var description: String { "<secret of a fleet>" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
