import System
import SystemPackage
package import Transfer

/// What credentials are found with: variables, files, programs and the network.
package struct CredentialSurroundings: Sendable {
    let variables: [String: String]
    /// The user's home; nil when there is none.
    let home: String?
    /// Runs a program with its arguments and returns what it prints; never shows it to anyone.
    let run: @Sendable ([String]) async throws(CredentialTrouble) -> [UInt8]
    /// Who asks for credentials over HTTP.
    let engine: TransferEngine?
    /// Seconds since 1970.
    let wall: @Sendable () -> Int64

    package init(
        _ variables: [String: String], home: String?, engine: TransferEngine? = nil,
        wall: @escaping @Sendable () -> Int64 = StoreTime.system.wall,
        run: @escaping @Sendable ([String]) async throws(CredentialTrouble) -> [UInt8] = {
            _ throws(CredentialTrouble) in
            throw CredentialTrouble("no program is run here")
        }
    ) {
        (self.variables, self.home, self.engine) = (variables, home, engine)
        (self.wall, self.run) = (wall, run)
    }

    /// A variable that says something: an empty one is as good as none.
    func variable(_ name: String) -> String? { variables[name].flatMap { $0.isEmpty ? nil : $0 } }

    /// Small files alone: a larger one holds no credentials. Nil when it does not exist.
    func read(_ path: String) throws(CredentialTrouble) -> [UInt8]? {
        do throws(SmallFile.Trouble) {
            return try SmallFile.read(FilePath(path), atMost: SmallFile.largest)?.bytes
        } catch {
            throw CredentialTrouble("\(path) \(error.words)")
        }
    }

    private static let longestAnswer = 65_536

    /// Asks for credentials; anything but a 200 is a trouble, whose words hold nothing of the answer.
    func ask(_ request: TransferRequest, _ what: String) async throws(CredentialTrouble) -> [UInt8] {
        guard let engine else { throw CredentialTrouble("\(what) cannot be asked here") }
        var request = request
        request.limits = TransferLimits(
            connectTimeout: .seconds(2), stallTimeout: .seconds(5), totalTimeout: .seconds(10))
        let sink = MemorySink(limit: Self.longestAnswer)
        let response: TransferResponse
        do throws(TransferError) { response = try await engine.perform(request, into: sink) } catch {
            throw CredentialTrouble("\(what) cannot be asked: \(error.message)")
        }
        guard response.head.status == 200 else {
            throw CredentialTrouble("\(what) answered with status \(response.head.status)")
        }
        return sink.bytes
    }
}
