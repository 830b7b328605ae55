/// What stands behind its version within other messages and in records, as Kafka's own classes encode them.
///
/// Made by `scripts/fixtures/java_messages.py` with kafka-clients 4.3.1, and 3.9.2 for versions that 4.x dropped. A line
/// "> message first-last which" is followed by the bytes in hexadecimal; "default" is the message as constructed,
/// "filled" has every field of the version set.
let javaPrefixedStructs = """
    > ConsumerProtocolAssignment 0-3 default
    00000000ffffffff
    > ConsumerProtocolAssignment 0-3 filled
    000000020007746f7069632d300000000223affc0f23affc100007746f7069632d310000000223affc0f23affc100000000a757365725f64
    61746100
    > ConsumerProtocolSubscription 0-0 default
    00000000ffffffff
    > ConsumerProtocolSubscription 1-1 default
    00000000ffffffff00000000
    > ConsumerProtocolSubscription 2-2 default
    00000000ffffffff00000000ffffffff
    > ConsumerProtocolSubscription 3-3 default
    00000000ffffffff00000000ffffffffffff
    > ConsumerProtocolSubscription 0-0 filled
    000000020008746f706963732d300008746f706963732d310000000a757365725f6461746100
    > ConsumerProtocolSubscription 1-1 filled
    000000020008746f706963732d300008746f706963732d310000000a757365725f6461746100000000020007746f7069632d300000000223
    affc0f23affc100007746f7069632d310000000223affc0f23affc10
    > ConsumerProtocolSubscription 2-2 filled
    000000020008746f706963732d300008746f706963732d310000000a757365725f6461746100000000020007746f7069632d300000000223
    affc0f23affc100007746f7069632d310000000223affc0f23affc100d5a09a6
    > ConsumerProtocolSubscription 3-3 filled
    000000020008746f706963732d300008746f706963732d310000000a757365725f6461746100000000020007746f7069632d300000000223
    affc0f23affc100007746f7069632d310000000223affc0f23affc100d5a09a600097261636b5f69642d30
    > ControlRecordTypeSchema 0-0 default
    0000
    > ControlRecordTypeSchema 0-0 filled
    569e
    > EndTxnMarker 0-0 default
    00000000
    > EndTxnMarker 0-0 filled
    359b07fc
    """
