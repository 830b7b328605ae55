"""More of groups that the embedded broker coordinates: each strategy of other people's clients alone, patterns, older tools."""

from groups import define, define_tool
from harness import embedded_broker, test
from members import Members, member
from mixed_groups import make, once

for strategy in ("range", "roundrobin", "cooperative-sticky"):
    define(f"confluent-kafka ({strategy})", "confluent", partition_assignment_strategy=strategy)
define("confluent-kafka (consumer protocol, uniform)", "confluent", group_protocol="consumer")
define("confluent-kafka (consumer protocol, range)", "confluent", group_protocol="consumer", group_remote_assignor="range")
define("kafka-python", "kafka-python")
define_tool("3.9.2")


@test("members find the topics that match a regular expression, and those that are made later")
def regular_expression():
    for client, settings in (
        ("confluent", {"group_protocol": "consumer"}), ("confluent", {}), ("kafka-python", {})):
        with embedded_broker() as bootstrap, Members() as members:
            values = make(bootstrap, "re-a", 60)
            make(bootstrap, "other", 60)
            members.add(member(client, bootstrap, "g", "^re-.*", **settings))
            members.await_values(values)
            values += make(bootstrap, "re-b", 60)
            members.await_values(values)
            once(members, values)
