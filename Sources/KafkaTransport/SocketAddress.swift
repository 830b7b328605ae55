import CUV

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A numeric address with a port.
package struct SocketAddress: @unchecked Sendable, CustomStringConvertible {
    // Unchecked: a C structure of plain bytes.
    private var storage = sockaddr_storage()

    /// - Throws: `TransportError` when `address` is not a numeric IPv4 or IPv6 address.
    package init(numeric address: String, port: UInt16) throws(TransportError) {
        let status = withUnsafeMutablePointer(to: &storage) { pointer -> Int32 in
            let raw = UnsafeMutableRawPointer(pointer)
            return address.contains(":")
                ? uv_ip6_addr(address, Int32(port), raw.assumingMemoryBound(to: sockaddr_in6.self))
                : uv_ip4_addr(address, Int32(port), raw.assumingMemoryBound(to: sockaddr_in.self))
        }
        try TransportError.check(status, "'\(address)' is not a numeric address")
    }

    init(copying address: UnsafePointer<sockaddr>, byteCount: Int) {
        withUnsafeMutablePointer(to: &storage) { pointer in
            _ = memcpy(pointer, address, min(byteCount, MemoryLayout<sockaddr_storage>.size))
        }
    }

    package func withSockaddr<R>(_ body: (UnsafePointer<sockaddr>) -> R) -> R {
        withUnsafePointer(to: storage) { body(UnsafeRawPointer($0).assumingMemoryBound(to: sockaddr.self)) }
    }

    static func port(of address: UnsafePointer<sockaddr>) -> UInt16 {
        let raw = UnsafeRawPointer(address)
        return Int32(address.pointee.sa_family) == AF_INET6
            ? UInt16(bigEndian: raw.assumingMemoryBound(to: sockaddr_in6.self).pointee.sin6_port)
            : UInt16(bigEndian: raw.assumingMemoryBound(to: sockaddr_in.self).pointee.sin_port)
    }

    package var description: String {
        withSockaddr { address in
            withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { text in
                let raw = UnsafeRawPointer(address)
                let isV6 = Int32(address.pointee.sa_family) == AF_INET6
                let status =
                    isV6
                    ? uv_ip6_name(raw.assumingMemoryBound(to: sockaddr_in6.self), text.baseAddress, 64)
                    : uv_ip4_name(raw.assumingMemoryBound(to: sockaddr_in.self), text.baseAddress, 64)
                guard status == 0, let start = text.baseAddress else { return "unknown address" }
                return Endpoint(host: String(cString: start), port: Self.port(of: address)).description
            }
        }
    }
}
