import SharedStore

/// What `pulsefs store init` leaves: whoever has lost the store asks for it to know whether it is back.
enum Founding {
    static func plant(in engine: MemoryObjectStore, _ secret: FleetSecret) {
        let description = StoreDescription(secret, .atomic)
        engine.plant(Array(description.text.utf8), at: .description)
    }
}
