import CDeflate
import CLZ4
import CZstd

/// The C libraries that the codecs stand on, for who notes down what was measured with what.
package enum CodecLibraries {
    /// Names with versions, as the libraries in use say it themselves; libdeflate's is the one compiled against. libsnappy
    /// tells none to C.
    package static var versions: [(name: String, version: String)] {
        [
            ("libdeflate", LIBDEFLATE_VERSION_STRING), ("liblz4", String(cString: LZ4_versionString())),
            ("libzstd", String(cString: ZSTD_versionString())),
        ]
    }
}
