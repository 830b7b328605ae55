"""As admin, on a real Kafka."""

from admin_calls import CALLS
from harness import test
from kafka_cluster import BOOTSTRAP


def define(name, call, mark):
    @test(f"the library and others say and do the same about {name}")
    def calling():
        call(BOOTSTRAP, mark)


for each_number, (each_name, each_call) in enumerate(CALLS.items()):
    define(each_name, each_call, f"calls{each_number}")
