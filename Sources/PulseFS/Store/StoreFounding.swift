import Foundation
import Settings
package import SharedStore
import SystemPackage
import Transfer

/// Makes a store: a secret in a file, and the description that says which secret is meant.
package enum StoreFounding {
    package struct Founded: Sendable {
        package let description: StoreDescription
        /// False when it was there already, and the secret fits.
        package let isNew: Bool
        /// Nil when the store was there already: then nothing is tried.
        package let trials: [StoreCheck.Outcome]?
        /// The secret was made now.
        package let isSecretNew: Bool
    }

    package struct Failure: Error, Sendable, CustomStringConvertible {
        package let description: String

        package init(description: String) { self.description = description }
    }

    /// The secret is on the disk before anyone can see a store that it is for, so that there is none whose secret nobody has. A
    /// secret that is there already is used, and stays.
    package static func found(_ connection: StoreConnection) async throws -> Founded {
        guard connection.settings.mode == .readwrite else {
            throw Failure(description: "a store that is only read is not made: leave out store-mode")
        }
        let (secret, made) = try secret(connection.settings)
        do {
            if let there = try await description(connection) {
                return try existing(there, secret, connection, isSecretNew: false)
            }
            let trials = try await StoreCheck(connection.store, within: budget(connection)).run()
            guard trials.canShare else {
                throw Failure(
                    description: "\(connection.settings.location.address) cannot be shared: "
                        + trials.filter { !$0.isPassed }.map(\.words).joined(separator: "; "))
            }
            let new = StoreDescription(secret, trials.conditionalWrites)
            do throws(ObjectStoreError) {
                _ = try await connection.store.put(
                    .description, .bytes(Array(new.text.utf8)), .ifAbsent, within: budget(connection))
            } catch {
                // Somebody else was quicker, or the answer was lost: what is there says which.
                guard [.conditionFailed, .unclear, .conflict].contains(error.kind),
                    let there = try await description(connection)
                else { throw error }
                if there.id != new.id { return try existing(there, secret, connection, isSecretNew: made != nil) }
            }
            return Founded(description: new, isNew: true, trials: trials, isSecretNew: made != nil)
        } catch {
            // Of no use to anyone: nothing was sealed under it.
            if let made { try? FileManager.default.removeItem(atPath: made.string) }
            throw error
        }
    }

    /// What the store says of itself; nil when there is none.
    package static func description(_ connection: StoreConnection) async throws -> StoreDescription? {
        let read: ObjectRead
        do throws(ObjectStoreError) {
            read = try await connection.store.get(
                .description, range: nil, .none, limit: StoreDescription.largest, within: budget(connection))
        } catch {
            guard error.kind == .absent else { throw error }
            return nil
        }
        guard case .bytes(let bytes, _) = read else { return nil }
        let address = connection.settings.location.address
        do throws(StoreDescription.Mistake) { return try StoreDescription(bytes) } catch {
            switch error {
            case .notADescription:
                throw Failure(description: "\(address)/\(ObjectKey.description) is no description of a store")
            case .unknownFormat(let format):
                throw Failure(
                    description: "\(address) has format \(format), which this version does not know: use a newer one")
            }
        }
    }

    /// What is done once and by hand may take longer than what readers wait for.
    private static func budget(_ connection: StoreConnection) -> Duration {
        max(connection.settings.timeout, .seconds(10))
    }

    private static func existing(
        _ there: StoreDescription, _ secret: FleetSecret, _ connection: StoreConnection, isSecretNew: Bool
    ) throws(Failure) -> Founded {
        guard there.fits(secret) else {
            throw Failure(
                description:
                    "\(connection.settings.location.address) is a store with another secret: use the file that was "
                    + "handed out for it, or another prefix")
        }
        return Founded(description: there, isNew: false, trials: nil, isSecretNew: isSecretNew)
    }

    /// The file that was made, if one was.
    private static func secret(_ settings: StoreSettings) throws -> (FleetSecret, made: FilePath?) {
        guard case .file(let path) = settings.secret, !FileManager.default.fileExists(atPath: path.string) else {
            return (try settings.readSecret(), nil)
        }
        let secret = FleetSecret.random()
        try secret.write(to: path)
        return (secret, path)
    }
}
