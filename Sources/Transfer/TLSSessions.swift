import CCurl

/// Owns a curl share handle with the TLS sessions of an engine, so a new connection resumes the session of an earlier one instead of
/// agreeing on keys and certificates again (RFC 8446, 2.2). libcurl keeps the sessions of the last eight servers.
///
/// Used on the engine's thread alone, so libcurl needs no lock (CURLSHOPT_LOCKFUNC(3)). Every handle that uses it keeps it:
/// a share that is in use cannot be freed (curl_share_cleanup(3)).
final class TLSSessions {
    let pointer: UnsafeMutableRawPointer

    /// Nil when there is no memory, or libcurl cannot share sessions: then each connection begins anew.
    init?() {
        guard let share = curl_share_init() else { return nil }
        guard pulse_curl_share(share, CURL_LOCK_DATA_SSL_SESSION) == CURLSHE_OK else {
            curl_share_cleanup(share)
            return nil
        }
        pointer = share
    }

    deinit { curl_share_cleanup(pointer) }
}
