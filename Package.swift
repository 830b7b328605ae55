// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    // Views over received bytes are non-escapable and say whose bytes they borrow.
    .enableExperimentalFeature("Lifetimes"),
    // An asynchronous function stays on its caller's executor: between the parts of one event loop nothing hops.
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// A C library of the system, found by pkg-config, installed as a package of the distribution or of Homebrew.
func system(_ name: String, _ pkgConfig: String, apt: String, brew: String) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([apt]), .brew([brew])])
}

func library(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

let package = Package(
    name: "kafkaclient",
    platforms: [.macOS(.v26)],
    products: [
        .library(name: "KafkaClient", targets: ["KafkaClient"]),
        .library(name: "KafkaClientFoundation", targets: ["KafkaClientFoundation"]),
        .library(name: "KafkaEmbeddedBroker", targets: ["KafkaEmbeddedBroker"]),
        .executable(name: "kbench", targets: ["kbench"]),
    ],
    targets: [
        system("CUV", "libuv", apt: "libuv1-dev", brew: "libuv"),
        system("CZstd", "libzstd", apt: "libzstd-dev", brew: "zstd"),
        system("CSnappy", "snappy", apt: "libsnappy-dev", brew: "snappy"),
        system("CLZ4", "liblz4", apt: "liblz4-dev", brew: "lz4"),
        system("CDeflate", "libdeflate", apt: "libdeflate-dev", brew: "libdeflate"),
        system("CISAL", "libisal", apt: "libisal-dev", brew: "isa-l"),
        system("COpenSSL", "openssl", apt: "libssl-dev", brew: "openssl@3"),
        // For kbench alone, which opens it when it fetches a token.
        .systemLibrary(name: "CCurl", providers: [.apt(["libcurl4-openssl-dev"]), .brew(["curl"])]),
        // Part of the C library.
        .systemLibrary(name: "CResolver"),
        // Declarations only: the libraries are opened when they are used.
        .systemLibrary(name: "CGSSAPI"),
        .systemLibrary(name: "CMicroHTTPD", providers: [.apt(["libmicrohttpd-dev"]), .brew(["libmicrohttpd"])]),

        library("KafkaProtocol", ["CISAL"]),
        library("KafkaCompression", ["KafkaProtocol", "CZstd", "CSnappy", "CLZ4", "CDeflate"]),
        library("KafkaQueues", []),
        library("KafkaJSON", []),
        library("KafkaSecurity", ["KafkaJSON", "COpenSSL"]),
        library("KafkaTransport", ["KafkaQueues", "KafkaSecurity", "CUV", "CResolver", "COpenSSL"]),
        library(
            "KafkaClient",
            [
                "KafkaProtocol", "KafkaCompression", "KafkaJSON", "KafkaQueues", "KafkaSecurity", "KafkaTransport",
                "CDeflate",
                "CGSSAPI",
            ]),
        library("KafkaClientFoundation", ["KafkaClient"]),
        library(
            "KafkaEmbeddedBroker",
            ["KafkaProtocol", "KafkaCompression", "KafkaQueues", "KafkaSecurity", "KafkaTransport"]),
        .target(
            name: "LoadGenerator",
            dependencies: [
                "KafkaClient", "KafkaEmbeddedBroker", "KafkaJSON", "KafkaProtocol", "KafkaSecurity", "KafkaTransport",
                "CCurl", "CDeflate", "CMicroHTTPD",
            ],
            path: "Benchmarks/LoadGenerator", swiftSettings: settings),
        .executableTarget(
            name: "kbench", dependencies: ["LoadGenerator"], path: "Benchmarks/kbench", swiftSettings: settings),
        .executableTarget(
            name: "codec-floor", dependencies: ["LoadGenerator", "CDeflate", "CLZ4", "CSnappy", "CZstd"],
            path: "Benchmarks/codec-floor",
            swiftSettings: settings),
        .executableTarget(
            name: "wire-relay", dependencies: ["LoadGenerator", "KafkaTransport"], path: "Benchmarks/wire-relay",
            swiftSettings: settings),

        // Decoders held to their promises, for a fuzzer and for the tests that replay what it found.
        .target(
            name: "FuzzTargets", dependencies: ["KafkaClient", "KafkaEmbeddedBroker", "KafkaJSON", "KafkaSecurity"],
            path: "Tests/FuzzTargets",
            swiftSettings: settings),
        // Random numbers that a seed repeats, and patience.
        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: settings),
        .testTarget(
            name: "FuzzTargetsTests", dependencies: ["FuzzTargets"], exclude: ["Cases"], swiftSettings: settings),
        tests("KafkaProtocolTests", ["KafkaProtocol", "FuzzTargets", "TestSupport"]),
        tests("KafkaCompressionTests", ["KafkaCompression", "TestSupport"]),
        tests("KafkaQueuesTests", ["KafkaQueues", "TestSupport"]),
        tests("KafkaJSONTests", ["KafkaJSON"]),
        tests("KafkaSecurityTests", ["KafkaSecurity", "TestSupport"]),
        tests("KafkaTransportTests", ["KafkaSecurity", "KafkaTransport", "COpenSSL", "TestSupport"]),
        tests(
            "KafkaClientTests",
            [
                "KafkaClient", "KafkaClientFoundation", "KafkaEmbeddedBroker", "KafkaJSON", "KafkaSecurity",
                "TestSupport",
            ]),
        tests("KafkaEmbeddedBrokerTests", ["KafkaClient", "KafkaEmbeddedBroker", "KafkaSecurity", "TestSupport"]),
        tests("LoadGeneratorTests", ["LoadGenerator", "KafkaJSON", "KafkaSecurity"]),
        // What other programs' tests drive; see Tests/Interop.
        .executableTarget(
            name: "interop-peer", dependencies: ["KafkaClient"], path: "Tests/InteropPeer", swiftSettings: settings),
    ]
)

// Needs libFuzzer; see scripts/fuzz.
if Context.environment["KAFKACLIENT_FUZZER"] != nil {
    package.targets.append(
        .executableTarget(
            name: "Fuzzer", dependencies: ["FuzzTargets"], path: "Tests/Fuzzer",
            swiftSettings: settings + [.enableExperimentalFeature("Extern")],
            linkerSettings: [.unsafeFlags(["-use-ld=lld"], .when(platforms: [.linux]))]))
}
