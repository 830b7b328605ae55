// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "SecuredCluster",
    platforms: [.macOS(.v26)],
    dependencies: [
        // A program of yours names the repository's URL instead.
        .package(name: "kafkaclient", path: "../..")
    ],
    targets: [
        .executableTarget(
            name: "SecuredCluster",
            dependencies: [
                .product(name: "KafkaClient", package: "kafkaclient"),
                .product(name: "KafkaEmbeddedBroker", package: "kafkaclient"),
            ])
    ]
)
