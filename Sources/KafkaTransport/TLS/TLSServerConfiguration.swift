/// How a server secures the connections that it accepts.
package struct TLSServerConfiguration: Sendable {
    /// The server's certificate and key.
    package var identity: TLSConfiguration.Identity
    /// The authorities whose clients are accepted; nil when clients need no certificate.
    package var clientAuthorities: TLSConfiguration.Authorities?
    package var versions: ClosedRange<TLSConfiguration.Version>

    package init(
        identity: TLSConfiguration.Identity, clientAuthorities: TLSConfiguration.Authorities? = nil,
        versions: ClosedRange<TLSConfiguration.Version> = .v1_2 ... .v1_3
    ) {
        self.identity = identity
        self.clientAuthorities = clientAuthorities
        self.versions = versions
    }
}
