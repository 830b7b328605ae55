"""As java_clients, only with the client of the Kafka in KAFKA_HOME."""

from java_exchanges import define
from kafka_cluster import HOME
from programs import version_in

define(version_in(HOME))
