/// zstd as other programs write it; each with the program that wrote it.
extension Fixture {
    static let zstd: [Fixture] = [
        // Python zstandard 0.25.0 ZstdCompressor()
        Fixture(
            "with content size", .zstd, content: .lines,
            """
            28b52ffd60f2072d040082c71415b0271d0088a021a2b1372ca89452a69412c2269b637777777777666666666655555555554444
            444444ffffffbf6ddbb6ddb66ddb922449923333333373567497439482e1381805298183140402206560080264a821fcfabf01d0
            53751124047f42e0e10fb1010002004c07bdce316f39e4358e78ff7040f072cc62ceb44409902a
            """),
        // Python zstandard 0.25.0 ZstdCompressor(write_checksum=True)
        Fixture(
            "with content size and checksum", .zstd, content: .lines,
            """
            28b52ffd64f2072d040082c71415b0271d0088a021a2b1372ca89452a69412c2269b637777777777666666666655555555554444
            444444ffffffbf6ddbb6ddb66ddb922449923333333373567497439482e1381805298183140402206560080264a821fcfabf01d0
            53751124047f42e0e10fb1010002004c07bdce316f39e4358e78ff7040f072cc62ceb44409902ac70ae95b
            """),
        // Python zstandard 0.25.0 ZstdCompressor(write_content_size=False)
        Fixture(
            "without content size", .zstd, content: .lines,
            """
            28b52ffd00102d040082c71415b0271d0088a021a2b1372ca89452a69412c2269b63777777777766666666665555555555444444
            4444ffffffbf6ddbb6ddb66ddb922449923333333373567497439482e1381805298183140402206560080264a821fcfabf01d053
            751124047f42e0e10fb1010002004c07bdce316f39e4358e78ff7040f072cc62ceb44409902a
            """),
        // Python zstandard 0.25.0 ZstdCompressor(write_content_size=False, level=19)
        Fixture(
            "two blocks and more, without content size", .zstd, content: .longLines,
            """
            28b52ffd00407c040022c81511c03b40852a546b155f666666a65f9c7303efcdab8927febd7935f184bf37af269ee8f7e6d5c413
            fcdebc9a7862df9b57134fe87bf36ae2897c6f5e4d3c81efcdab8977efcdab8917c0506c3543c2282b90144418c89c65a821e4d7
            ff0ce0a5650e124010f81304c6d2b7ffff670bf7f568d55375b7a73298f673e0166f6b42b71b2ca7ab68e5882a01bb0a4d000000
            0100ed4979ffae81
            """),
        // Python zstandard 0.25.0 ZstdCompressor.compressobj
        Fixture(
            "a stream flushed in the middle, with checksum", .zstd, content: .lines,
            """
            28b52ffd04583c040052c40d14b0a903004b6c2bd67c9964d14aac4cb13c3b1c085555ffffffbf6ddbb6ddb66d5ba32006a1eed2
            d01dc012252d676847a24118d0d09d2b2090a3d2039d2857618a544e618a544e6115514e611551aec21451aec214a99cc214a95c
            0a4ba7085ae5ce57981945ca29475661e32b2246b9704a80d5f7b14f7cf7319f7cf763e013e4879c550300940365343434343434
            35353535353535353535363636363636363636363737373737373737373738383838383838383838393939393939393939393950
            0100b3a2288aa2288aa2288aa2288aa2288aa2288aa2288aa2288aa2288aa2288aa2288aa2288aa2288aa2a821c70ae95b
            """),
        // Python zstandard 0.25.0 ZstdCompressor, with a skippable frame of five bytes before, between and after
        Fixture(
            "frames in a row, skippable ones between", .zstd, content: .lines,
            """
            532a4d180500000068656c6c6f28b52ffd60e8022d040002040d14a0291d00686a319b8bff1bdaff6dcb5867df9e2b66666ddbb6
            edffff932449d2288841b04ee0162635e8d41da98e52415d82902c2090a3d2039d2857618a544e618a544e6115514e611551aec2
            1451aec214a99cc214a95c0a4ba7085ae5ce57981945ca29475661e32b2246b9704a80d5f7b14f7cf7319f7cf7639facbfb2454d
            532a4d180500000068656c6c6f28b52ffd0008a5040032451014a0270f00b415769dcd0300714929e152a8c3660ccdab793cab6e
            5ecde35971f36a1ecf6a9b57f37856dabc9ac7b3cae6d52c8c73984224385408fa890c4600483820e0e78828a7304594539822ca
            294c699f28a7304594539822ca298cd23e514e618a28a73045945398d23e514e618a28a73045945318a57da29cc214514e618a28
            a730a57da29cc214a1ea56223501532a4d180500000068656c6c6f
            """),
        // Apache Kafka 4.3.1 ZstdCompression, zstd-jni 1.5.6-10
        Fixture(
            "what Kafka writes", .zstd, content: .lines,
            """
            28b52ffd00582c0400d2871515b0271d004d3021b8b1372ca89452a69412c226994b777777777766666666665555555555444444
            4444ffffffbf6ddbb6ddb66ddb92244992333333337356749743ca5118804230140e05418aa0408801099072144663a821fcfa7f
            06d0537511fc27041efeca08911282e9a0f739e62d87bcc611ef1fce07de8d57bc2c1e69912a010000
            """),
    ]
}
