import JobCache

/// The one place that says in words what to do about a finding.
package enum AdviceTable {
    /// `job` is the id, where the path has one.
    package static func words(for finding: Finding, job: String?) -> String {
        let id = job ?? "ID"
        return switch finding {
        case .fine: "Nothing is wrong."
        case .notFetchedYet:
            "Nothing is wrong: it is fetched when a program reads it, or now with: pulsefs fetch \(id)"
        case .evicted:
            "Nothing is wrong: it was evicted from the cache, and is fetched again when a program reads it."
        case .nothingToExplain: "Nothing is wrong: error.txt exists only if there is something to explain."
        case .notAName:
            "No job can have this id. An id has only letters, digits, - and _, begins with a letter or digit, "
                + "and has at most 128 characters. Copy the id again from where the document was submitted."
        case .notInTree: "A mount has no such path. README.txt at its root lists what there is."
        case .outsideMount:
            "The path is in no PulseFS mount. Name a path in a mount, or a job's id to see what the cache knows "
                + "about the job."
        case .mountIsDead:
            "The process that served the mount is gone. Run pulsefs unmount, and then pulsefs mount again."
        case .mountIsForeign:
            "The mount belongs to another user, or to another version of PulseFS. Ask the user who mounted it."
        case .neverAsked:
            "The API was not asked about this job yet. Look the job up in a mount, or run: pulsefs jobs add \(id)"
        case .notShown:
            "The cache has the job, but the API has not shown it to this key. Look the job up in a mount with "
                + "this key, or run: pulsefs jobs add \(id)"
        case .unknownJob:
            "The API knows no such job. Check the id. Check that the key and the address (--api-url) are those "
                + "that the document was submitted with. The API also deletes jobs some time after their end."
        case .running: "The job has not ended, so it has no result yet. Wait for it with: pulsefs wait \(id)"
        case .failed: "The job failed and has no result. Fix what its error names, and submit the document again."
        case .canceled: "The job was canceled and has no result. Submit the document again if you still need it."
        case .expired, .deleted:
            "The API has deleted the job. Files in the cache stay readable. For the rest, submit the document "
                + "again."
        case .withheld:
            "The result can be downloaded only once, and this mount does not download such results by itself "
                + "(--large-results=manual). Run: pulsefs fetch \(id)"
        case .linkNotFollowed:
            "The result holds a link to its content. PulseFS does not follow the link by itself, because it may "
                + "work only once. Run: pulsefs fetch --follow-links \(id)"
        case .deliveredElsewhere:
            "The result could be downloaded only once. It was downloaded already, or its hour is over. Ask the "
                + "person who downloaded it for a copy, or submit the document again."
        case .lostSingleUse:
            "The result could be downloaded only once, and the copy in the cache is lost or damaged. Run pulsefs "
                + "cache verify to see what is left; otherwise submit the document again."
        case .notInResult: "The API returned no such file for this job. List the job's directory to see its files."
        case .missingFile: "The result names the file, but the API does not have it. Ask the API's support about it."
        case .noSuchPart:
            "PulseFS makes this file from result.json, but this result has no data for it. List the job's "
                + "directory to see its files."
        case .failure(let reason): words(for: reason, id)
        }
    }

    private static func words(for reason: Failure.Reason, _ id: String) -> String {
        switch reason {
        case .notFound, .gone: "The API does not have it. Check the id and the name."
        case .badName: "The API does not accept this name. Check the name."
        case .keyRefused:
            "The API refuses the key. Write a valid key to the key file; mounts notice it. If the key came from "
                + "the environment, set a valid key in PULSE_API_KEY and mount again (see pulsefs config)."
        case .keyUnconfirmed:
            "The API could not confirm the key yet, and no file is shown before it does: because of "
                + "--offline=deny, or because the API refused the key last time. Files are shown after the API's next "
                + "answer."
        case .forbidden:
            "The job belongs to another organisation, or the key may not read it. Use a key of the organisation "
                + "that submitted it."
        case .noKey: "There is no API key. Set PULSE_API_KEY, or name a file that holds the key with --api-key-file."
        case .paymentRequired:
            "The account's quota is used up, or a payment is missing. Contact the API's provider, and then try "
                + "again."
        case .busy: "The API is busy. Try again later."
        case .serverError:
            "The API had an internal error. Try again later; if the error stays, give its support the request id."
        case .unexpectedStatus:
            "The API, or a proxy in between, sent an unexpected answer. Check the address (--api-url) and any "
                + "proxy."
        case .timedOut: "No answer came in time. Check the network and the API's status, and try again."
        case .refused:
            "No server listens at the address: that of the API (--api-url), or the one that the result names for "
                + "the file. Check the address, and that the service is running."
        case .hostUnreachable:
            "The host cannot be reached: that of the API (--api-url), or the one that the result names for the "
                + "file. Check the network, the VPN, and the address."
        case .networkUnreachable: "There is no network. Check the connection of this machine."
        case .nameNotResolved:
            "The host name cannot be resolved: that of the API (--api-url), or the one that the result names for "
                + "the file. Check the name, the name server, and the network."
        case .forbiddenAddress:
            "The API's answer names a file at an address of this machine or of a private network. PulseFS "
                + "requests such an address only if the API itself has an address of the same kind. Fetch the file by "
                + "other means if you trust the document."
        case .connectionLost:
            "The connection broke. Try again; if it breaks again, check for a proxy or firewall in between."
        case .tls: "No secure connection could be made. Check this machine's clock, its certificates, and any proxy."
        case .partialBody: "The answer was cut short and was discarded. Try again."
        case .badAnswer: "The answer was invalid. Try again; if this stays, tell the API's support."
        case .changed: "The file has changed at the server. Open it again to read the new version from its beginning."
        case .notAJob:
            "The API's answer does not describe a job. Check --api-url; if it is right, tell the API's support."
        case .tooLarge:
            "The file is larger than the limit. Raise --max-artifact-size, or fetch the file by other means."
        case .outgrown:
            "The cache has no room for the file. Raise --cache-size, name another disk with --cache-dir, or "
                + "fetch the file by other means."
        case .interrupted: "The program that asked has stopped waiting. Try again."
        case .shuttingDown: "The mount was about to end. Mount again."
        case .noRoom:
            "The result can be downloaded only once, and the cache's disk has no room for it. Free some space, "
                + "or name another directory with --cache-dir; then read the file again, or run: pulsefs fetch \(id)"
        case .cacheFailed:
            "The cache failed. Free space on its disk, check that it can be written, and run: pulsefs cache "
                + "verify"
        }
    }
}
