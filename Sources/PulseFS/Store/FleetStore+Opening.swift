import Foundation
package import JobCache
package import Settings
import SharedStore
package import System

extension FleetStore {
    /// Throws when there is no such store, or it is one of another secret. One that cannot be asked now is asked later.
    package static func open(_ settings: StoreSettings, _ surroundings: Surroundings) async throws -> FleetStore {
        let secret = try settings.readSecret()
        let connection = StoreConnection(settings, surroundings, stallTimeout: settings.timeout)
        let check = await check(connection.store, secret, within: settings.timeout)
        if case .refused(let words) = check {
            await connection.close()
            throw StoreFounding.Failure(description: "\(settings.location.address): \(words)")
        }
        var rules = FleetRules()
        rules.timeout = settings.timeout
        rules.isWritten = settings.mode == .readwrite
        rules.machine = ProcessInfo.processInfo.hostName
        rules.writer = SealedHeader.writer(machine: rules.machine, process: ThisProcess.identifier)
        rules.singleUse = settings.singleUse
        #if DEBUG
            // For tests, and in no release build.
            let pace = surroundings.variable("PULSEFS_TEST_CLAIM_PACE").flatMap { Int($0) }
            rules.claims = ClaimRules().paced(by: pace ?? 1)
            rules.machine = surroundings.variable("PULSEFS_TEST_MACHINE") ?? rules.machine
        #endif
        return FleetStore(connection.store, secret, rules, check) { await connection.close() }
    }
}
