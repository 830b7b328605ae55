import CDeflate

/// The hashes by which Kafka's clients choose partitions.
enum KeyHash {
    /// Murmur2 with Kafka's seed, 32 bits. Source: `Utils.murmur2` in Apache Kafka.
    static func murmur2(_ key: UnsafeRawBufferPointer) -> UInt32 {
        let multiplier: UInt32 = 0x5BD1_E995
        var hash: UInt32 = 0x9747_B28C ^ UInt32(truncatingIfNeeded: key.count)
        let wordCount = key.count / 4
        for word in 0..<wordCount {
            var k = UInt32(littleEndian: key.loadUnaligned(fromByteOffset: word * 4, as: UInt32.self))
            k = k &* multiplier
            k ^= k >> 24
            k = k &* multiplier
            hash = (hash &* multiplier) ^ k
        }
        let tail = wordCount * 4
        let left = key.count - tail
        if left == 3 { hash ^= UInt32(key[tail + 2]) << 16 }
        if left >= 2 { hash ^= UInt32(key[tail + 1]) << 8 }
        if left >= 1 {
            hash ^= UInt32(key[tail])
            hash = hash &* multiplier
        }
        hash ^= hash >> 13
        hash = hash &* multiplier
        return hash ^ hash >> 15
    }

    /// CRC-32 as zlib computes it. Source: librdkafka's `consistent` partitioners.
    static func crc32(_ key: UnsafeRawBufferPointer) -> UInt32 {
        libdeflate_crc32(0, key.baseAddress, key.count)
    }

    /// 32-bit FNV-1a. Source: Sarama's `HashPartitioner`, librdkafka's `fnv1a` partitioners.
    static func fnv1a(_ key: UnsafeRawBufferPointer) -> UInt32 {
        key.reduce(0x811C_9DC5) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
    }
}
