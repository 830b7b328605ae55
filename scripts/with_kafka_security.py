"""Certificates, users and tokens for the nodes that with-kafka starts, and the files by which clients get to know them.

Two users are known: alice (alice-secret) and bob (bob-secret). Certificates are of an authority that is made each time, for
127.0.0.1 and localhost. Tokens of OAUTHBEARER are signed, and the nodes check them against a file of keys (JWKS).
"""

import base64
import json
import os
import subprocess
import time

PROTOCOLS = ("SSL", "SASL_PLAINTEXT", "SASL_SSL")
MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER")
USERS = {"alice": "alice-secret", "bob": "bob-secret"}
# How long a token is good: an hour.
TOKEN_SECONDS = 3600
LOGIN_MODULES = {"PLAIN": "plain.PlainLoginModule", "SCRAM-SHA-256": "scram.ScramLoginModule",
                 "SCRAM-SHA-512": "scram.ScramLoginModule", "OAUTHBEARER": "oauthbearer.OAuthBearerLoginModule"}
PACKAGE = "org.apache.kafka.common.security"


class MissingProgram(Exception):
    pass


def openssl(*arguments, stdin=None):
    try:
        return subprocess.run(["openssl", *arguments], check=True, capture_output=True, input=stdin).stdout
    except FileNotFoundError:
        raise MissingProgram("--security needs openssl (Debian, Ubuntu: apt-get install openssl; brew install openssl@3)")
    except subprocess.CalledProcessError as error:
        raise RuntimeError(f"openssl {' '.join(arguments[:2])}: {error.stderr.decode(errors='replace').strip()}")


class Security:
    """The security of the listener for clients; the nodes talk to each other in the clear."""

    def __init__(self, protocol, mechanism, mutual, version):
        self.protocol, self.mechanism, self.mutual, self.version = protocol, mechanism, mutual, version
        self.folder = None

    @property
    def is_tls(self):
        return self.protocol.endswith("SSL")

    @property
    def is_sasl(self):
        return self.protocol.startswith("SASL")

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        descriptor = os.open(self.path(name), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as f:
            f.write(text)

    def make(self, folder):
        """Makes everything, in a folder of its own."""
        self.folder = os.path.join(folder, "security")
        os.makedirs(self.folder, mode=0o700)
        if self.is_tls:
            self.make_certificates()
        if self.mechanism == "OAUTHBEARER":
            self.make_token_key()
            for user in USERS:
                self.write(f"{user}.token", self.token(user))
        for user, password in USERS.items():
            self.write(f"{user}.properties", lines(self.java(user, password)))
            self.write(f"{user}.conf", lines(self.librdkafka(user, password)))

    # Certificates

    def make_certificates(self):
        self.make_authority("ca", "with-kafka")
        self.make_authority("foreign-ca", "somebody else")
        for name, authority in (("server", "ca"), ("client", "ca"), ("foreign-client", "foreign-ca")):
            self.issue(name, authority)

    def make_authority(self, name, subject):
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                "-subj", f"/CN={subject}", "-keyout", self.path(f"{name}.key"), "-out", self.path(f"{name}.pem"))

    def issue(self, name, authority):
        # Java reads keys in PKCS#8, which is what openssl writes.
        request = openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                          "-subj", f"/CN={name}", "-keyout", self.path(f"{name}.key"),
                          "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1")
        openssl("x509", "-req", "-days", "30", "-copy_extensions", "copy", "-CA", self.path(f"{authority}.pem"),
                "-CAkey", self.path(f"{authority}.key"), "-CAcreateserial", "-out", self.path(f"{name}.pem"), stdin=request)
        with open(self.path(f"{name}.key")) as key, open(self.path(f"{name}.pem")) as certificate:
            self.write(f"{name}-keystore.pem", key.read() + certificate.read())

    # Tokens

    def make_token_key(self):
        openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", self.path("token.key"))
        modulus = openssl("rsa", "-in", self.path("token.key"), "-noout", "-modulus").decode().strip().partition("=")[2]
        key = {"kty": "RSA", "kid": "with-kafka", "use": "sig", "alg": "RS256", "n": letters(bytes.fromhex(modulus)),
               "e": letters(b"\x01\x00\x01")}
        self.write("jwks.json", json.dumps({"keys": [key]}))

    def token(self, user, seconds=TOKEN_SECONDS):
        now = int(time.time())
        header = {"alg": "RS256", "typ": "JWT", "kid": "with-kafka"}
        claims = {"sub": user, "scope": "kafka", "iss": "with-kafka", "aud": "kafka", "iat": now - 1, "exp": now + seconds}
        signed = ".".join(letters(json.dumps(part).encode()) for part in (header, claims))
        signature = openssl("dgst", "-sha256", "-sign", self.path("token.key"), stdin=signed.encode())
        return f"{signed}.{letters(signature)}"

    # The nodes

    def broker_settings(self):
        settings = {}
        if self.is_tls:
            settings |= {"ssl.keystore.type": "PEM", "ssl.keystore.location": self.path("server-keystore.pem"),
                         "ssl.truststore.type": "PEM", "ssl.truststore.location": self.path("ca.pem"),
                         "ssl.client.auth": "required" if self.mutual else "none"}
        if not self.is_sasl:
            return settings
        listener = f"listener.name.client.{self.mechanism.lower()}"
        settings["sasl.enabled.mechanisms"] = self.mechanism
        known = "".join(f' user_{user}="{password}"' for user, password in USERS.items()) if self.mechanism == "PLAIN" else ""
        settings[f"{listener}.sasl.jaas.config"] = f"{PACKAGE}.{LOGIN_MODULES[self.mechanism]} required{known};"
        if self.mechanism == "OAUTHBEARER":
            middle = "oauthbearer.secured" if self.version.startswith("3.") else "oauthbearer"
            settings |= {
                f"{listener}.sasl.server.callback.handler.class": f"{PACKAGE}.{middle}.OAuthBearerValidatorCallbackHandler",
                f"{listener}.sasl.oauthbearer.jwks.endpoint.url": f"file://{self.path('jwks.json')}",
                "sasl.oauthbearer.jwks.endpoint.url": f"file://{self.path('jwks.json')}",
                "sasl.oauthbearer.expected.audience": "kafka"}
        return settings

    def format_arguments(self):
        """For StorageTool: users of SCRAM are part of the metadata."""
        if not (self.mechanism or "").startswith("SCRAM"):
            return []
        return [word for user, password in USERS.items()
                for word in ("--add-scram", f"{self.mechanism}=[name={user},password={password}]")]

    def java_arguments(self):
        if self.mechanism != "OAUTHBEARER":
            return []
        return [f"-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=file://{self.path('jwks.json')}",
                f"-Dorg.apache.kafka.sasl.oauthbearer.allowed.files={self.path('jwks.json')}"]

    # The clients

    def java(self, user, password):
        settings = {"security.protocol": self.protocol}
        if self.is_tls:
            settings |= {"ssl.truststore.type": "PEM", "ssl.truststore.location": self.path("ca.pem")}
            if self.mutual:
                settings |= {"ssl.keystore.type": "PEM", "ssl.keystore.location": self.path("client-keystore.pem")}
        if self.is_sasl:
            settings["sasl.mechanism"] = self.mechanism
            if self.mechanism == "OAUTHBEARER":
                middle = "oauthbearer.secured" if self.version.startswith("3.") else "oauthbearer"
                settings |= {
                    "sasl.jaas.config": f"{PACKAGE}.{LOGIN_MODULES[self.mechanism]} required;",
                    "sasl.login.callback.handler.class": f"{PACKAGE}.{middle}.OAuthBearerLoginCallbackHandler",
                    "sasl.oauthbearer.token.endpoint.url": f"file://{self.path(f'{user}.token')}"}
            else:
                settings["sasl.jaas.config"] = (
                    f'{PACKAGE}.{LOGIN_MODULES[self.mechanism]} required username="{user}" password="{password}";')
        return settings

    def librdkafka(self, user, password):
        settings = {"security.protocol": self.protocol}
        if self.is_tls:
            settings["ssl.ca.location"] = self.path("ca.pem")
            if self.mutual:
                settings |= {"ssl.certificate.location": self.path("client.pem"), "ssl.key.location": self.path("client.key")}
        if self.is_sasl:
            settings["sasl.mechanism"] = self.mechanism
            if self.mechanism != "OAUTHBEARER":
                settings |= {"sasl.username": user, "sasl.password": password}
        return settings

    def environment(self):
        return {"SECURITY_DIR": self.folder, "CLIENT_PROPERTIES": self.path("alice.properties"),
                "LIBRDKAFKA_CONF": self.path("alice.conf")}


def letters(data):
    """Base64 for URLs, without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def lines(settings):
    return "".join(f"{key}={value}\n" for key, value in settings.items())
