import PulseEmulator

extension JSONNode {
    /// This object with another value for a member, or with one more at its end. Any other value is returned unchanged.
    func setting(_ key: String, to value: JSONNode) -> JSONNode {
        guard case .object(var members) = self else { return self }
        if let place = members.firstIndex(where: { $0.0 == key }) {
            members[place].1 = value
        } else {
            members.append((key, value))
        }
        return .object(members)
    }
}
