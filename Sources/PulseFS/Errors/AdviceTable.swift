/// The one place that says in words what to do about what was found.
package enum AdviceTable {
    /// `job` is the id, where the path has one.
    package static func words(for finding: Finding, job: String?) -> String {
        let id = job ?? "ID"
        return switch finding {
        case .fine: "Nothing is wrong."
        case .notFetchedYet: "Nothing is wrong: it is fetched when it is read, or now with: pulsefs fetch \(id)"
        case .evicted: "Nothing is wrong: it was in the cache, and is fetched again when it is read."
        case .nothingToExplain: "Nothing is wrong: there is an error.txt only where there is something to explain."
        case .notAName:
            "No job has such an id: it has letters, digits, - and _ alone, begins with a letter or digit, "
                + "and has at most 128. Copy it again from where the document was submitted."
        case .notInTree: "A mount has no such place. README.txt at its root says what there is."
        case .outsideMount:
            "The path is in no mount of PulseFS. Name one that is, or a job's id to be told what the cache "
                + "knows of it."
        case .mountIsDead: "The process that served the mount is gone. Run pulsefs unmount, and pulsefs mount again."
        case .mountIsForeign: "The mount is another user's, or of another version. Ask whoever mounted it."
        case .neverAsked:
            "Nobody has asked the API about this job here. Look it up in a mount, or run: pulsefs jobs add \(id)"
        case .notShown:
            "The cache has the job, and the API has not shown it to this key. Look it up in a mount with "
                + "this key, or run: pulsefs jobs add \(id)"
        case .unknownJob:
            "The API knows no such job. Check the id, and that the key and the address (--api-url) are those "
                + "it was submitted with; a job is also unknown when the API has deleted it, some time after its "
                + "end."
        case .running: "The job has not ended: its results come with its end. Wait for it with: pulsefs wait \(id)"
        case .failed: "The job failed and has no result. Mend what its error names, and submit the document again."
        case .canceled: "The job was canceled and has no result. Submit the document again if it is still wanted."
        case .expired, .deleted:
            "The API has let go of the job. What the cache has of it stays readable; for the rest submit the "
                + "document again."
        case .withheld:
            "The result can be downloaded only once, and this is done by hand alone "
                + "(--large-results=manual). Run: pulsefs fetch \(id)"
        case .linkNotFollowed:
            "The result holds a link to what is in it, which is followed by hand alone, as it may work only once. Run: "
                + "pulsefs fetch --follow-links \(id)"
        case .deliveredElsewhere:
            "The result could be downloaded only once, and was, or its hour is over. Ask whoever downloaded "
                + "it for a copy, or submit the document again."
        case .lostSingleUse:
            "The result could be downloaded only once, and the copy in the cache is lost or damaged. pulsefs "
                + "cache verify says what is left; else submit the document again."
        case .notInResult: "The API returned no such file for this job. List the job's directory to see what it has."
        case .missingFile:
            "The result names the file, and the API does not have it. Ask the API's support if it should."
        case .noSuchPart:
            "PulseFS makes this file of result.json where the result has what is in it, and this one has not. List the "
                + "job's directory to see what it has."
        case .failure(let reason): words(for: reason, id)
        }
    }

    private static func words(for reason: Failure.Reason, _ id: String) -> String {
        switch reason {
        case .notFound, .gone: "The API does not have it. Check the id and the name."
        case .badName: "The API does not take this name. Check it."
        case .keyRefused:
            "The API refuses the key. Put a good one into the key file, which is read again by itself; or, "
                + "where the key came from the environment, set PULSE_API_KEY and mount again."
        case .keyUnconfirmed:
            "The API could not be asked yet whether the key is good, and nothing is shown without that: "
                + "because of --offline=deny, or as the key was refused when it was last seen. It opens with the "
                + "API's next answer."
        case .forbidden:
            "The job belongs to another organisation, or the key may not read it. Use a key of the "
                + "organisation that submitted it."
        case .noKey: "There is no API key. Set PULSE_API_KEY, or name a file that holds the key with --api-key-file."
        case .paymentRequired:
            "The account's quota is used up, or it is not paid. See to it with the API's provider; then try again."
        case .busy: "The API asks to be let alone for a while. Try again later."
        case .serverError:
            "The API failed by itself. Try again later; if it goes on, tell its support the request id."
        case .unexpectedStatus:
            "The API, or something between, answered what it should not. Check the address (--api-url) and any proxy."
        case .timedOut: "No answer came in time. Check the network and the API's status, and try again."
        case .refused:
            "Nobody listens at the address: that of the API (--api-url), or of the place that the result names for the file. "
                + "Check it, and whether the service is running."
        case .hostUnreachable:
            "There is no way to the host: that of the API (--api-url), or of the place that the result names for the file. "
                + "Check the network, the VPN, and the address."
        case .networkUnreachable: "There is no network. Check the connection of this machine."
        case .nameNotResolved:
            "The host name is not known: that of the API (--api-url), or of the place that the result names for the file. Check "
                + "it, the name server, and the network."
        case .forbiddenAddress:
            "The API's answer names a file at an address inside this machine or a private network. PulseFS asks such an "
                + "address only when the API itself is at one of its kind. Fetch it by other means if you trust the document."
        case .connectionLost: "The connection broke. Try again; if it goes on, look for a proxy or firewall between."
        case .tls:
            "The connection could not be made safe. Check this machine's clock, its certificates, and any proxy."
        case .partialBody: "The answer was cut short. Try again; nothing of it was kept."
        case .badAnswer:
            "The answer was none that can be used. Look at it again; if it goes on, tell the API's support."
        case .changed: "The file is another at the server by now. Open it again to read the new one from its beginning."
        case .notAJob:
            "The API answered something that is no job. Check --api-url; if that is right, tell the API's support."
        case .tooLarge:
            "The file is larger than it may be. Allow more with --max-artifact-size, or fetch it by other means."
        case .outgrown:
            "The cache has no room for the file. Give it more with --cache-size, or another disk with --cache-dir, or fetch "
                + "the file by other means."
        case .interrupted: "The program that asked gave up. Try again."
        case .shuttingDown: "The mount was about to end. Mount again."
        case .noRoom:
            "The result can be downloaded only once, and the cache's disk has no room for it. Make room on it, or "
                + "name another with --cache-dir; then look again, or run: pulsefs fetch \(id)"
        case .cacheFailed:
            "The cache failed. Make room on its disk, see that it can be written, and run: pulsefs cache verify"
        }
    }
}
