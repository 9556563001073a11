package import JobCache
package import PulseAPI
package import Settings
package import Transfer

/// How an API is reached: where it is, by which key, and how long a request is tried for.
package struct APIAccess: Sendable {
    package let origin: APIOrigin
    package let key: APIKey
    package let supply: KeySupply
    package let rules: KeyRules
    package let timeout: Duration
    package let authorities: CertificateAuthorities

    package init(
        origin: APIOrigin, key: APIKey, from supply: KeySupply = .fixed, rules: KeyRules = KeyRules(),
        timeout: Duration = RetryPolicy.standardBudget, authorities: CertificateAuthorities = .standard
    ) {
        self.origin = origin
        self.key = key
        self.supply = supply
        self.rules = rules
        self.timeout = timeout
        self.authorities = authorities
    }
}
