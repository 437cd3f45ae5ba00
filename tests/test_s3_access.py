"""The way into an object store: where keys are looked for, and what is said where there is no way in."""

from __future__ import annotations

import ipaddress
import json
import socket
import ssl
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from urllib.request import Request, urlopen

import obstore
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tasks.errors import ConfigError, CopydeskError
from tasks.storage import access, locate, open_storage
from tasks.storage.access import NO_CREDENTIALS, connect, read_profile

ENDPOINT = "http://127.0.0.1:9"


def test_a_bucket_that_is_not_there_is_named(bucket):
    for act in (
        lambda s: s.names("versions"),
        lambda s: s.read("latest.json"),
        lambda s: s.write("x", b""),
        lambda s: s.guard(".lock"),
    ):
        with pytest.raises(ConfigError, match="there is no bucket nowhere-to-be-found at http"):
            act(open_storage("s3://nowhere-to-be-found/x"))


def test_a_store_that_does_not_answer_is_named_soon(bucket, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", ENDPOINT)

    with pytest.raises(
        CopydeskError, match=r"127\.0\.0\.1:9 does not answer \(connection refused\); check AWS_ENDPOINT"
    ):
        open_storage(bucket).read("latest.json")


def test_a_store_that_keeps_silent_is_given_up(bucket, monkeypatch):
    monkeypatch.setitem(access._CLIENT, "read_timeout", "200ms")
    monkeypatch.setitem(access._RETRY, "max_retries", 1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:{1}".format(*silent.getsockname()))

        with pytest.raises(CopydeskError, match=r"does not answer \(timed out\)"):
            open_storage(bucket).read("latest.json")


def test_keys_that_are_not_known_are_refused_by_the_store(bucket, object_server):
    open_storage(bucket).write("x", b"")
    _ask_for_keys(object_server, b"0")
    try:
        for act in (
            lambda s: s.read("x"),
            lambda s: s.names(""),
            lambda s: s.write("x", b""),
            lambda s: s.guard("y").put(""),
        ):
            with pytest.raises(ConfigError, match=r"does not accept the credentials \(InvalidAccessKeyId\)"):
                act(open_storage(bucket))
    finally:
        _ask_for_keys(object_server, b"inf")


def _ask_for_keys(server, after):
    plain = {"Content-Type": "text/plain"}
    urlopen(Request(f"{server}/moto-api/reset-auth", data=after, method="POST", headers=plain)).close()


@pytest.fixture
def secret_server(tmp_path):
    """An empty store that speaks https, with a certificate of its own authority; gives address and certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    alternatives = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(1), now + timedelta(1))
    certificate = builder.add_extension(alternatives, critical=False).sign(key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    (tmp_path / "ca.pem").write_bytes(certificate.public_bytes(pem))
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (tmp_path / "both.pem").write_bytes(certificate.public_bytes(pem) + secret)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "both.pem")

    class Nothing(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_error(404)

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Nothing) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.handle_error = lambda *_: None
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"https://127.0.0.1:{server.server_port}", tmp_path / "ca.pem"
        server.shutdown()


def test_a_store_may_have_an_authority_of_its_own(bucket, secret_server, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", secret_server[0])

    with pytest.raises(CopydeskError, match=r"does not answer \(its certificate is not trusted\)"):
        open_storage(bucket).read("latest.json")
    monkeypatch.setenv("AWS_CA_BUNDLE", str(secret_server[1]))
    assert open_storage(bucket).read("latest.json") is None
    monkeypatch.setenv("AWS_CA_BUNDLE", "nowhere.pem")
    with pytest.raises(ConfigError, match=r"AWS_CA_BUNDLE=nowhere\.pem: cannot be read"):
        open_storage(bucket)


def test_without_credentials_it_is_said_where_they_are_looked_for(bucket, monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")

    with pytest.raises(ConfigError) as caught:
        open_storage(bucket)
    assert str(caught.value) == NO_CREDENTIALS


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        ("403", "AccessDenied", "access denied"),
        ("403", "InvalidAccessKeyId", r"does not accept the credentials \(InvalidAccessKeyId\)"),
        ("400", "ExpiredToken", r"does not accept the credentials \(ExpiredToken\)"),
        ("301", "PermanentRedirect", "set AWS_REGION"),
        ("(redirect without LOCATION: an incorrectly configured region)", "", "set AWS_REGION"),
        ("503", "SlowDown", "refused: SlowDown"),
    ],
)
def test_what_the_store_refuses_is_told_in_one_line(bucket, monkeypatch, status, code, words):
    answer = f"Server returned non-2xx status code: {status} X: <Error><Code>{code}</Code></Error>\n\nDebug source:\n…"

    def refuse(*_args, **_more):
        raise obstore.exceptions.GenericError(answer)

    monkeypatch.setattr(obstore, "get", refuse)
    with pytest.raises(CopydeskError, match=words) as caught:
        open_storage(bucket).read("latest.json")
    assert "\n" not in str(caught.value)


def test_keys_may_stand_in_a_profile(tmp_path):
    (tmp_path / "credentials").write_text("[work]\naws_access_key_id = AK\naws_secret_access_key = SK\n")
    (tmp_path / "config").write_text(
        "[profile work]\nregion = eu-west-1\nservices = here\n[services here]\ns3 =\n  endpoint_url = http://127.0.0.1:9\n"
    )
    files = {
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"),
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_PROFILE": "work",
    }

    client = connect(locate("s3://news"), files)

    assert client.config["access_key_id"] == "AK" and client.config["region"] == "eu-west-1"
    assert client.config["endpoint"] == ENDPOINT
    with pytest.raises(ConfigError, match="AWS_PROFILE=home: no such profile"):
        read_profile({**files, "AWS_PROFILE": "home"})


def _profile_with_a_process(folder, monkeypatch, answer):
    script = folder / "keys.py"
    script.write_text(f"print({answer!r})")
    (folder / "config").write_text(f"[profile process]\ncredential_process = {sys.executable} {script}\n")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(folder / "config"))
    monkeypatch.setenv("AWS_PROFILE", "process")


def test_a_profile_with_a_process_is_asked_through_botocore(bucket, tmp_path, monkeypatch):
    until = "2099-01-01T00:00:00Z"
    keys = {"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "S", "SessionToken": "T", "Expiration": until}
    _profile_with_a_process(tmp_path, monkeypatch, json.dumps(keys))

    storage = open_storage(bucket)
    storage.write("x", b"one")

    assert storage.read("x") == b"one"


def test_a_profile_that_gives_no_keys_is_told(bucket, tmp_path, monkeypatch):
    _profile_with_a_process(tmp_path, monkeypatch, "no keys today")

    with pytest.raises(ConfigError, match="the AWS profile gives no credentials"):
        open_storage(bucket).read("x")
    monkeypatch.setitem(sys.modules, "botocore.session", None)
    with pytest.raises(ConfigError, match="needs botocore"):
        open_storage(bucket)


def test_the_environment_goes_before_the_profile(tmp_path):
    (tmp_path / "config").write_text(
        "[default]\nregion = eu-west-1\nendpoint_url = http://127.0.0.1:1\n"
        "aws_access_key_id = A\naws_secret_access_key = B\n"
    )
    given = {
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
        "AWS_REGION": "eu-north-1",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:2",
        "AWS_ENDPOINT_URL_S3": ENDPOINT,
        "AWS_ACCESS_KEY_ID": "C",
        "AWS_SECRET_ACCESS_KEY": "D",
    }

    config = connect(locate("s3://news"), given).config

    assert (config["access_key_id"], config["region"], config["endpoint"]) == ("C", "eu-north-1", ENDPOINT)


def test_without_a_home_readers_read_and_writers_are_asked_for_a_folder(bucket, monkeypatch):
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "home", lambda: (_ for _ in ()).throw(RuntimeError("no home")))
    storage = open_storage(bucket)

    assert storage.read("latest.json") is None
    with pytest.raises(ConfigError, match="name a folder with --cache DIR"):
        storage.guard(".lock")


def test_each_place_has_a_folder_of_its_own_on_this_machine(bucket, monkeypatch, tmp_path):
    first, second = open_storage(f"{bucket}/a"), open_storage(f"{bucket}/b")
    monkeypatch.setenv("AWS_ENDPOINT_URL", ENDPOINT)
    elsewhere = open_storage(f"{bucket}/a")
    named = open_storage(f"{bucket}/a", tmp_path / "named")

    assert len({first.work, second.work, elsewhere.work}) == 3
    assert first.work.parent == tmp_path / "caches" / "copydesk"
    assert named.work == tmp_path / "named" / elsewhere.work.name
    assert replace(elsewhere, chosen_cache=tmp_path / "named") == named
