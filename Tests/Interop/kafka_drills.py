"""Short drills: kbench --verify on three nodes of a real Apache Kafka in trouble. scripts/drill has them in full."""

from drills import Drill
from harness import expect, folder, test
from troubles import troubles


def define(name, acks="all", idempotence="true"):
    trouble = troubles[name]
    mode = f"acks {acks}, {'idempotent' if idempotence == 'true' else 'at least once' if acks == 'all' else 'no more promised'}"

    @test(f"drill {name}, {mode}, {'relayed' if trouble.relayed else 'near'}: {trouble.text}")
    def run():
        with folder() as output:
            lines, wrong = Drill(name, output + "/out", is_short=True, acks=acks, idempotence=idempotence).run()
            expect(not wrong, "\n".join(lines))
            print("".join(f"    {line}\n" for line in lines[1:] if line), end="", flush=True)


for each in troubles:
    define(each)
define("killed", idempotence="false")
define("killed", acks="1", idempotence="false")
define("resets", idempotence="false")
