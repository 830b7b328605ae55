// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "drill",
    platforms: [.macOS(.v26)],
    dependencies: [
        .package(name: "kafkaclient", path: "../..")
    ],
    targets: [
        .executableTarget(
            name: "drill",
            dependencies: [
                .product(name: "KafkaClient", package: "kafkaclient")
            ])
    ]
)
