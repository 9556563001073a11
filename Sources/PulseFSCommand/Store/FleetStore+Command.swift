import JobCache
import PulseFS
import Settings
import System

extension FleetStore {
    /// Nil when machines share nothing. Says so when the store cannot be asked yet.
    static func opened(_ settings: StoreSettings?, _ surroundings: Surroundings) async throws -> FleetStore? {
        guard let settings else { return nil }
        let fleet = try await open(settings, surroundings)
        if let trouble = fleet.trouble {
            Terminal.warn("the shared store cannot be reached yet (\(trouble)); the API is asked instead")
        }
        return fleet
    }
}
