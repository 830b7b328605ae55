"""Kafka's Java clients and the library exchange records by way of the embedded broker."""

from java_exchanges import define
from programs import JAVA_VERSIONS

for each_version in JAVA_VERSIONS:
    define(each_version)
