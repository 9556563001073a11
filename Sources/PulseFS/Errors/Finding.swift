package import JobCache

/// What a look at a path comes to: why it is absent or fails, or that nothing is wrong.
package enum Finding: Sendable, Hashable {
    /// It is there, or will be as soon as it is read.
    case fine, notFetchedYet, evicted, nothingToExplain
    case notAName, notInTree, outsideMount, mountIsDead, mountIsForeign
    /// Nobody has asked the API about the job here; the API has not shown it to this key.
    case neverAsked, notShown
    case unknownJob, running, failed, canceled, expired, deleted
    case withheld, linkNotFollowed, deliveredElsewhere, lostSingleUse
    /// The result has no such file; it names the image, and the API has none.
    case notInResult, missingFile
    /// A part that PulseFS makes of a result, and this result has nothing for.
    case noSuchPart
    case failure(Failure.Reason)

    package static let allCases: [Finding] =
        [
            .fine, .notFetchedYet, .evicted, .nothingToExplain, .notAName, .notInTree, .outsideMount, .mountIsDead,
            .mountIsForeign, .neverAsked, .notShown, .unknownJob, .running, .failed, .canceled, .expired, .deleted,
            .withheld, .linkNotFollowed, .deliveredElsewhere, .lostSingleUse, .notInResult, .missingFile, .noSuchPart,
        ] + Failure.Reason.allCases.map { .failure($0) }

    package var isFine: Bool {
        switch self {
        case .fine, .notFetchedYet, .evicted, .nothingToExplain: true
        default: false
        }
    }

    /// One word for scripts, such as `unknown_job`; it stays the same from version to version.
    package var word: String {
        let name =
            switch self {
            case .failure(let reason): "\(reason)"
            default: "\(self)"
            }
        return name.reduce(into: "") { word, character in
            word += character.isUppercase ? "_\(character.lowercased())" : "\(character)"
        }
    }
}
