/// The endpoint of a new leader, sent with the error that a partition has moved (KIP-951).
///
/// Source: `NodeEndpoint` in `ProduceResponse.json` and `FetchResponse.json`.
package struct NodeEndpoint: WireStruct {
    package var nodeID: Int32 = 0
    package var host: String = ""
    package var port: Int32 = 0
    package var rack: String?

    package init() {}

    package init(nodeID: Int32, host: String, port: Int32, rack: String? = nil) {
        self.nodeID = nodeID
        self.host = host
        self.port = port
        self.rack = rack
    }

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&nodeID, "node_id")
        c.field(&host, "host")
        c.field(&port, "port")
        c.field(&rack, "rack")
        c.tags()
    }
}
