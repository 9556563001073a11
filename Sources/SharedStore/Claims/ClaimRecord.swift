/// What a store knows of a result that can be fetched only once: who fetches it, how far that has come, and where its bytes are.
///
/// Whoever reads one believes nothing of it but what it checks here. Times and names are there to be told, and nothing is decided by
/// them: who it is that has a claim is told by its nonce alone.
package struct ClaimRecord: Sendable, Hashable {
    package enum State: Sendable, Hashable {
        /// A machine fetches it, and says so again and again.
        case claimed(Progress)
        /// The claimant has failed before the last byte, and the next one may ask.
        case released
        /// The API says that the link is spent. Whoever has the bytes all the same may still deliver them.
        case gone(Evidence)
        /// Its bytes are in the store. Nothing follows.
        case delivered(Delivery)
    }

    package struct Progress: Sendable, Hashable, Codable {
        /// How often the claimant has said that it is there.
        package let beat: UInt64
        package let received: UInt64
        /// Bytes in all, as far as the API has said.
        package let total: UInt64?

        package init(beat: UInt64 = 0, received: UInt64 = 0, total: UInt64? = nil) {
            (self.beat, self.received, self.total) = (beat, received, total)
        }
    }

    package struct Evidence: Sendable, Hashable, Codable {
        /// What the API said.
        package let words: String
        /// Who was told.
        package let machine: String
        /// Seconds since 1970, by its clock.
        package let time: Int64

        package init(words: String, machine: String, time: Int64) {
            (self.words, self.machine, self.time) = (ClaimRecord.cut(words), ClaimRecord.cut(machine), time)
        }
    }

    package struct Delivery: Sendable, Hashable, Codable {
        /// Of the object that has the bytes: see ``ObjectKey/result(_:nonce:)``.
        package let object: String
        package let size: UInt64
        /// As hexadecimal digits.
        package let sha256: String
        package let machine: String
        /// Seconds since 1970, by its clock.
        package let time: Int64

        /// Nil for what is no name, or no digest.
        package init?(object: String, size: UInt64, sha256: String, machine: String, time: Int64) {
            guard ClaimRecord.isNonce(object), HexText.bytes(sha256)?.count == 32, sha256 == sha256.lowercased() else {
                return nil
            }
            (self.object, self.size, self.sha256) = (object, size, sha256)
            (self.machine, self.time) = (ClaimRecord.cut(machine), time)
        }

        /// They are the same bytes.
        package func hasContent(of other: Delivery) -> Bool { size == other.size && sha256 == other.sha256 }
    }

    /// A claimant that fell silent, and was taken over from.
    package struct Claimant: Sendable, Hashable, Codable {
        package let machine: String
        /// When it claimed: seconds since 1970, by its clock.
        package let time: Int64
        /// Bytes that it had when it was last heard of.
        package let received: UInt64
    }

    /// How often it was claimed.
    package let epoch: UInt64
    /// Of the last claim; no other has it.
    package let nonce: String
    /// Who claimed it last.
    package let machine: String
    /// When that was: seconds since 1970, by the claimant's clock.
    package let time: Int64
    /// Who fell silent before, the last one last; any of them may have the bytes.
    package let silent: [Claimant]
    package let state: State

    package init(
        epoch: UInt64, nonce: String, machine: String, time: Int64, silent: [Claimant] = [], _ state: State
    ) {
        (self.epoch, self.nonce, self.machine) = (epoch, nonce, Self.cut(machine))
        (self.time, self.silent, self.state) = (time, silent.suffix(Self.mostSilent), state)
    }

    /// The same claim in another state.
    package func now(_ state: State) -> ClaimRecord {
        ClaimRecord(epoch: epoch, nonce: nonce, machine: machine, time: time, silent: silent, state)
    }

    /// The next claim.
    func next(nonce: String, machine: String, time: Int64) -> ClaimRecord {
        var silent = silent
        if case .claimed(let progress) = state {
            silent.append(Claimant(machine: self.machine, time: self.time, received: progress.received))
        }
        return ClaimRecord(
            epoch: epoch &+ 1, nonce: nonce, machine: machine, time: time, silent: silent, .claimed(.init()))
    }

    /// Who last had the claim before somebody was told that the link is spent.
    package var suspect: Claimant {
        silent.last ?? Claimant(machine: machine, time: time, received: 0)
    }

    package var isClaimed: Bool { if case .claimed = state { true } else { false } }

    package var delivery: Delivery? { if case .delivered(let delivery) = state { delivery } else { nil } }

    // MARK: As contents of an object

    /// Bytes of the contents of an object; a longer one is no record.
    package static let largest = RecordFrame.lengthBytes + RecordFrame.largestHeader
    /// In Unicode scalars, of a text that is there to be told.
    private static let longestText = 500
    private static let mostSilent = 4

    private struct Header: Codable {
        let state: String
        let epoch: UInt64
        let nonce: String
        let machine: String
        let time: Int64
        var silent: [Claimant]?
        var progress: Progress?
        var evidence: Evidence?
        var delivery: Delivery?
    }

    /// What is there was written by another version of this program, and is left alone; or it is none.
    package enum Unreadable: Error {
        case other
        case noRecord
    }

    package init(contents: [UInt8]) throws(Unreadable) {
        guard contents.count <= Self.largest, let (header, _) = RecordFrame.read(Header.self, contents),
            Self.isNonce(header.nonce), Self.isTold(header.machine),
            (header.silent ?? []).allSatisfy({ Self.isTold($0.machine) })
        else { throw .noRecord }
        let state: State
        switch header.state {
        case "claimed":
            guard let progress = header.progress else { throw .noRecord }
            state = .claimed(progress)
        case "released": state = .released
        case "gone":
            guard let evidence = header.evidence, Self.isTold(evidence.words), Self.isTold(evidence.machine) else {
                throw .noRecord
            }
            state = .gone(evidence)
        case "delivered":
            guard let said = header.delivery, Self.isTold(said.machine),
                let delivery = Delivery(
                    object: said.object, size: said.size, sha256: said.sha256, machine: said.machine, time: said.time)
            else { throw .noRecord }
            state = .delivered(delivery)
        default: throw .other
        }
        self.init(
            epoch: header.epoch, nonce: header.nonce, machine: header.machine, time: header.time,
            silent: header.silent ?? [], state)
    }

    /// Nil for what cannot be written down.
    package var contents: [UInt8]? {
        var header = Header(state: word, epoch: epoch, nonce: nonce, machine: machine, time: time)
        if !silent.isEmpty { header.silent = silent }
        switch state {
        case .claimed(let progress): header.progress = progress
        case .released: break
        case .gone(let evidence): header.evidence = evidence
        case .delivered(let delivery): header.delivery = delivery
        }
        return RecordFrame.head(header)
    }

    /// How the state is called where it is written down.
    package var word: String {
        switch state {
        case .claimed: "claimed"
        case .released: "released"
        case .gone: "gone"
        case .delivered: "delivered"
        }
    }

    private static func isNonce(_ text: String) -> Bool { HexText.bytes(text)?.count == 16 }

    private static func isTold(_ text: String) -> Bool { text.unicodeScalars.count <= longestText }

    private static func cut(_ text: String) -> String {
        isTold(text) ? text : String(String.UnicodeScalarView(text.unicodeScalars.prefix(longestText)))
    }
}

/// How long everything about a claim takes.
package struct ClaimRules: Sendable, Hashable {
    /// Between two signs of life of a claimant.
    package var beat = Duration.seconds(10)
    /// Before a claimant that could not give one tries again.
    package var repeated = Duration.seconds(2)
    /// A claimant that could give none for so long gives up, if much is missing.
    package var patience = Duration.seconds(40)
    /// A claim that has not changed for so long is taken over.
    package var silence = Duration.seconds(60)
    /// Between two looks at somebody's claim.
    package var look = Duration.seconds(1)
    package var longestLook = Duration.seconds(5)
    /// Between two looks at what the API says is spent.
    package var recheck = Duration.seconds(30)
    /// Before the end of a link, when it may be asked without a store.
    package var late = Duration.seconds(600)
    /// What is left of it at least.
    package var latest = Duration.seconds(120)
    /// Between two looks at what this machine has for the fleet.
    package var audit = Duration.seconds(86_400)
    /// Bytes that a claimant brings to an end though nobody knows that it does.
    package var smallRest: UInt64 = 16_777_216

    package init() {}

    /// Everything so many times as fast.
    package func paced(by factor: Int) -> ClaimRules {
        var rules = self
        for path: WritableKeyPath<ClaimRules, Duration> in [
            \.beat, \.repeated, \.patience, \.silence, \.look, \.longestLook, \.recheck, \.late, \.latest, \.audit,
        ] { rules[keyPath: path] = rules[keyPath: path] / max(1, factor) }
        return rules
    }
}

/// What was read of a claim.
package enum ClaimSeen: Sendable, Hashable {
    /// The engine says that there is none.
    case absent
    case record(ClaimRecord, ETag)
    /// It does not open, or is none: nobody writes over it.
    case damaged(String)
    /// The store could not be asked.
    case unreachable
}

/// What the writing of a claim came to.
package enum ClaimWritten: Sendable, Hashable {
    case done(ETag)
    /// Somebody else has written.
    case lost
    /// Nobody knows: it may have been done, or be done yet.
    case unclear
    /// Certainly not done.
    case failed
    /// This machine may not write.
    case refused
}
