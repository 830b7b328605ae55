import CDeflate
import CLZ4
import CZstd

/// The C libraries that the codecs use, for reports of measurements.
package enum CodecLibraries {
    /// Names with versions, as the linked libraries report them. libdeflate's is the version compiled against; libsnappy's
    /// C interface reports none.
    package static var versions: [(name: String, version: String)] {
        [
            ("libdeflate", LIBDEFLATE_VERSION_STRING), ("liblz4", String(cString: LZ4_versionString())),
            ("libzstd", String(cString: ZSTD_versionString())),
        ]
    }
}
