"""Certificates, users and tokens for the nodes that with-kafka starts, and the files by which clients get to know them.

Two users are known: alice (alice-secret) and bob (bob-secret). Certificates are of an authority that is made each time, for
127.0.0.1 and localhost. Tokens of OAUTHBEARER are signed, and the nodes check them against a file of keys (JWKS).
"""

import base64
import json
import os
import shutil
import socket
import subprocess
import time

PROTOCOLS = ("SSL", "SASL_PLAINTEXT", "SASL_SSL")
MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER", "GSSAPI")
REALM = "WITH.KAFKA"
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
        self.folder, self.kerberos = None, None

    def stop(self):
        if self.kerberos:
            self.kerberos.stop()

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
        if self.mechanism == "GSSAPI":
            self.kerberos = Kerberos(self.folder)
            self.kerberos.start()
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
        if self.mechanism == "GSSAPI":
            settings["sasl.kerberos.service.name"] = "kafka"
            settings[f"{listener}.sasl.jaas.config"] = self.kerberos.login("kafka/127.0.0.1", "kafka.keytab")
            return settings
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
        if self.mechanism == "GSSAPI":
            return [f"-Djava.security.krb5.conf={self.path('krb5.conf')}"]
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
            if self.mechanism == "GSSAPI":
                settings |= {"sasl.kerberos.service.name": "kafka",
                             "sasl.jaas.config": self.kerberos.login(user, f"{user}.keytab")}
            elif self.mechanism == "OAUTHBEARER":
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
            if self.mechanism == "GSSAPI":
                settings |= {"sasl.kerberos.service.name": "kafka", "sasl.kerberos.principal": f"{user}@{REALM}",
                             "sasl.kerberos.keytab": self.path(f"{user}.keytab")}
            elif self.mechanism != "OAUTHBEARER":
                settings |= {"sasl.username": user, "sasl.password": password}
        return settings

    def environment(self):
        kerberos = self.kerberos.environment() if self.kerberos else {}
        return kerberos | {"SECURITY_DIR": self.folder, "CLIENT_PROPERTIES": self.path("alice.properties"),
                "LIBRDKAFKA_CONF": self.path("alice.conf")}


def letters(data):
    """Base64 for URLs, without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def lines(settings):
    return "".join(f"{key}={value}\n" for key, value in settings.items())


class Kerberos:
    """A key distribution center of MIT's, with principals for the nodes and the users, and a key table for each."""

    PROGRAMS = ("krb5kdc", "kdb5_util", "kadmin.local")

    def __init__(self, folder):
        self.folder, self.process = folder, None
        path = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))
        self.programs = {name: shutil.which(name, path=path) for name in self.PROGRAMS}
        missing = [name for name, found in self.programs.items() if not found]
        if missing:
            raise MissingProgram(
                f"--mechanism GSSAPI needs {', '.join(missing)} (Debian, Ubuntu: apt-get install krb5-kdc krb5-admin-server)")

    def path(self, name):
        return os.path.join(self.folder, name)

    def environment(self):
        return {"KRB5_CONFIG": self.path("krb5.conf"), "KRB5_KDC_PROFILE": self.path("kdc.conf"),
                "KRB5CCNAME": f"FILE:{self.path('ccache')}"}

    def login(self, principal, keytab):
        return ("com.sun.security.auth.module.Krb5LoginModule required useKeyTab=true storeKey=true "
                f'keyTab="{self.path(keytab)}" principal="{principal}@{REALM}";')

    def run(self, name, *arguments):
        done = subprocess.run([self.programs[name], *arguments], capture_output=True, text=True,
                              env=dict(os.environ, **self.environment()))
        if done.returncode:
            raise RuntimeError(f"{name}: {done.stderr.strip()}")

    def start(self):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        with open(self.path("krb5.conf"), "w") as f:
            f.write(f"""\
[libdefaults]
default_realm = {REALM}
dns_lookup_kdc = false
dns_lookup_realm = false
dns_canonicalize_hostname = false
rdns = false
udp_preference_limit = 1
[realms]
{REALM} = {{
    kdc = 127.0.0.1:{port}
}}
[domain_realm]
127.0.0.1 = {REALM}
localhost = {REALM}
""")
        with open(self.path("kdc.conf"), "w") as f:
            f.write(f"""\
[kdcdefaults]
kdc_listen = 127.0.0.1:{port}
kdc_tcp_listen = 127.0.0.1:{port}
[realms]
{REALM} = {{
    database_name = {self.path("principals")}
    key_stash_file = {self.path("stash")}
    acl_file = {self.path("acl")}
}}
[logging]
kdc = FILE:{self.path("kdc.log")}
""")
        self.run("kdb5_util", "create", "-s", "-P", "with-kafka", "-r", REALM)
        for principal, keytab in [("kafka/127.0.0.1", "kafka.keytab"), ("kafka/localhost", "kafka.keytab"),
                                  *((user, f"{user}.keytab") for user in USERS)]:
            self.run("kadmin.local", "-q", f"addprinc -randkey {principal}")
            self.run("kadmin.local", "-q", f"ktadd -k {self.path(keytab)} {principal}")
        self.process = subprocess.Popen(
            [self.programs["krb5kdc"], "-n"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=dict(os.environ, **self.environment()), start_new_session=True)
        deadline = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                return
            except OSError:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    raise RuntimeError("krb5kdc does not answer")
                time.sleep(0.05)

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.wait()
