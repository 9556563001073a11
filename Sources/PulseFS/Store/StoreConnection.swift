import Dispatch
import PulseAPI
package import Settings
package import SharedStore
package import System
import SystemPackage
import Transfer

/// A store with everything that it is asked with, until it is closed.
package final class StoreConnection: Sendable {
    package let settings: StoreSettings
    package let store: S3ObjectStore
    private let engine: TransferEngine

    /// Why no store can be asked.
    package struct Failure: Error, Sendable, CustomStringConvertible {
        package let description: String
    }

    /// Reads no credentials yet, and asks nobody.
    /// - Parameter stallTimeout: silence inside an answer; nil for what is usual.
    package init(_ settings: StoreSettings, _ surroundings: Surroundings, stallTimeout: Duration? = nil) {
        self.settings = settings
        engine = TransferEngine(.init(userAgent: "pulsefs/\(Version.text)", authorities: settings.authorities))
        let found = CredentialSurroundings(
            surroundings.variables, home: surroundings.home?.string, engine: engine, run: Self.run)
        var rules = S3ObjectStore.Rules()
        if let stallTimeout { rules.stallTimeout = stallTimeout }
        store = S3ObjectStore(
            settings.location, credentials: CredentialKeeper(CredentialChain(found)), engine: engine, rules: rules)
    }

    /// Ends what is under way.
    package func close() async { await engine.shutDown() }

    /// How long a program that prints credentials may take: it may ask its user first.
    private static let programTime = 60

    /// Runs a program on a thread that may block.
    private static func run(_ words: [String]) async throws(CredentialTrouble) -> [UInt8] {
        let outcome = await BriefProgram.aside(words, within: programTime)
        let name = words.first.map { PrintableText.line($0) } ?? ""
        switch outcome {
        case .success(let ended) where ended.isSuccess: return Array(ended.output.utf8)
        case .success(let ended): throw CredentialTrouble("\(name) of credential_process failed (\(ended.end))")
        case .failure(.notStarted(let errno)):
            throw CredentialTrouble("\(name) of credential_process cannot be started: \(errno)")
        case .failure(.tookTooLong):
            throw CredentialTrouble("\(name) of credential_process has not ended within \(programTime) s")
        }
    }
}

extension BriefProgram {
    /// On a thread of its own.
    fileprivate static func aside(_ words: [String], within seconds: Int) async -> Result<Outcome, Trouble> {
        await withCheckedContinuation { ended in
            DispatchQueue(label: "pulsefs.store.credentials").async {
                do throws(Trouble) { ended.resume(returning: .success(try run(words, within: seconds))) } catch {
                    ended.resume(returning: .failure(error))
                }
            }
        }
    }
}
