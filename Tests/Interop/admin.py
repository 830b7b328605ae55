"""The library's calls about a cluster, on the embedded broker, beside those of other people's clients."""

from admin_calls import CALLS
from harness import embedded_broker, test


def define(name, call):
    @test(f"the library and others say and do the same about {name}")
    def calling():
        with embedded_broker("--brokers", "3", "--log", "memory:64MiB") as bootstrap:
            call(bootstrap, "a")


for each_name, each_call in CALLS.items():
    define(each_name, each_call)
