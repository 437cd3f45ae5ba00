"""What writers and readers may rely on in an object store: the doors of a folder, by conditional writes."""

from __future__ import annotations

import io
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
from tasks.ingest import bucket as raw_bucket
from tasks.ingest import list_raw, open_raw, read_records
from tasks.storage import Disk, access, lies_in, locate, objects, open_storage
from tasks.storage.access import NO_CREDENTIALS, connect, read_profile
from tasks.storage.objects import CLAIM, SEAL, Overtaken


@pytest.fixture
def storage(bucket):
    return open_storage(f"{bucket}/a/b")


@pytest.fixture
def other(storage):
    """The same place, as another process opens it."""
    return open_storage(storage.bucket)


def folder_with(path, **files):
    path.mkdir()
    for name, text in files.items():
        (path / name.replace("_", ".")).write_text(text)
    return path


# ------------------------------------------------------------------ the doors


def test_an_object_is_read_as_it_was_written(storage):
    storage.write("a/b.json", b"one")
    storage.write("a/b.json", b"two")

    assert storage.read("a/b.json") == b"two"
    assert storage.names("a") == ["b.json"] and storage.sizes("a") == {"b.json": 3}
    assert b"".join(storage.chunks("a/b.json")) == b"two"
    assert storage.read("latest.json") is None and storage.names("versions") == []
    assert str(storage.place("a/b.json")) == f"{storage.bucket}/a/b.json"


def test_a_watched_object_is_not_written_over_another_writer(storage, other):
    for name, before in (("new.json", None), ("old.json", b"old")):
        if before:
            storage.write(name, before)
        storage.watch(name)
        other.write(name, b"theirs")

        with pytest.raises(Overtaken, match="another run has written it meanwhile"):
            storage.write(name, b"ours")
        assert storage.read(name) == b"theirs"


def test_a_watched_object_may_be_written_again_and_again(storage):
    storage.watch("latest.json")

    storage.write("latest.json", b"one")
    storage.write("latest.json", b"two")

    assert storage.read("latest.json") == b"two"


def test_a_write_whose_answer_was_lost_counts_as_done(storage, monkeypatch):
    storage.watch("latest.json")
    put = obstore.put

    def lose_the_answer(*args, **more):
        put(*args, **more)
        return put(*args, **more)  # the client tries again, and meets its own first try

    monkeypatch.setattr(obstore, "put", lose_the_answer)
    storage.write("latest.json", b"one")
    storage.write("latest.json", b"two")

    assert storage.read("latest.json") == b"two"


def test_a_folder_is_there_when_its_manifest_is(storage, tmp_path, monkeypatch):
    folder = folder_with(tmp_path / "staged", data="x" * 10, manifest_json="{}")
    seen = []
    put = obstore.put

    def look_first(*args, **more):
        seen.append((args[1], storage.names("versions")))
        return put(*args, **more)

    monkeypatch.setattr(obstore, "put", look_first)
    storage.adopt(folder, "versions/v0001")

    assert [name.rpartition("/")[2] for name, _ in seen] == [CLAIM, "data", CLAIM, SEAL]
    assert all(names == [] for _, names in seen)
    assert storage.names("versions") == ["v0001"]
    assert storage.names("versions/v0001") == ["data", SEAL]
    assert not folder.exists()


def test_a_name_is_claimed_once(storage, other, tmp_path):
    assert storage.claim("versions/v0001") and storage.claim("versions/v0001")
    assert not other.claim("versions/v0001")

    with pytest.raises(FileExistsError):
        other.adopt(folder_with(tmp_path / "second", manifest_json="{}"), "versions/v0001")
    storage.adopt(folder_with(tmp_path / "first", manifest_json="{ }"), "versions/v0001")

    assert storage.read("versions/v0001/manifest.json") == b"{ }"


def test_a_writer_that_was_taken_for_dead_cannot_finish_its_folder(storage, other, tmp_path):
    storage.claim("versions/v0001")
    storage.write("versions/v0001/data", b"half")

    other.sweep("versions")
    assert not other.claim("versions/v0001")
    with pytest.raises(Overtaken):
        storage.adopt(folder_with(tmp_path / "late", data="x", manifest_json="{}"), "versions/v0001")

    assert storage.names("versions") == []
    other.sweep("versions")
    assert other.sizes("versions/v0001") == {SEAL: 0}


def test_a_folder_that_is_whole_is_not_swept(storage, other, tmp_path):
    storage.adopt(folder_with(tmp_path / "whole", data="x", manifest_json="{}"), "versions/v0001")

    other.sweep("versions")

    assert other.names("versions/v0001") == ["data", SEAL]


def test_an_object_written_by_hand_is_not_as_uploaded(storage, other, tmp_path):
    storage.adopt(folder_with(tmp_path / "whole", data="x", more="y", manifest_json="{}"), "versions/v0001")
    assert storage.as_uploaded("versions/v0001") == {"data", "more"}

    other.write("versions/v0001/data", b"z")
    assert storage.as_uploaded("versions/v0001") == {"more"}
    other.write(f"versions/v0001/{CLAIM}", b"nonsense")
    assert storage.as_uploaded("versions/v0001") == set()


def test_a_removed_folder_goes_manifest_first_and_claim_last(storage, tmp_path, monkeypatch):
    storage.adopt(folder_with(tmp_path / "whole", data="x", manifest_json="{}"), "versions/v0001")
    gone = []
    delete = obstore.delete
    monkeypatch.setattr(obstore, "delete", lambda client, names: (gone.extend(names), delete(client, names)))

    storage.remove("versions/v0001")

    assert [name.rpartition("/")[2] for name in gone] == [SEAL, "data", CLAIM]
    assert storage.list_all() == []


def test_an_upload_that_is_not_kept_whole_is_not_published(storage, tmp_path, monkeypatch):
    put = obstore.put

    def cut(client, name, data, **more):
        return put(client, name, b"" if name.endswith("data") else data, **more)

    monkeypatch.setattr(obstore, "put", cut)

    with pytest.raises(CopydeskError, match="did not keep it whole"):
        storage.adopt(folder_with(tmp_path / "cut", data="x", manifest_json="{}"), "versions/v0001")
    assert storage.names("versions") == []


def test_a_lock_goes_to_one_of_two(storage, other):
    mine, theirs = storage.guard(".lock"), other.guard(".lock")

    mine.put("mine")
    with pytest.raises(Overtaken):
        theirs.put("theirs")
    mine.put("mine, later")
    mine.close("")

    assert storage.read(".lock") == b""
    theirs.close("never held")
    assert storage.read(".lock") == b""


@pytest.mark.parametrize("ignored", ["create", "update"])
def test_a_store_that_ignores_conditions_is_refused(storage, monkeypatch, ignored):
    put = obstore.put

    def careless(*args, mode=None, **more):
        kind = "create" if mode == "create" else "update"
        return put(*args, mode=None if kind == ignored else mode, **more)

    monkeypatch.setattr(obstore, "put", careless)

    with pytest.raises(ConfigError, match="ignores conditional writes"):
        storage.guard(".lock").put("mine")


# ------------------------------------------------------------------ places


@pytest.mark.parametrize("text", ["s3://", "s3://-x/a", "s3://news/a//b", "s3://news/../b", "gs://news/a"])
def test_what_is_no_place_is_refused(text):
    with pytest.raises(ConfigError):
        locate(text)


def test_a_place_may_lie_in_another():
    assert lies_in(locate("s3://news/raw"), locate("s3://news"))
    assert not lies_in(locate("s3://news/raw2"), locate("s3://news/raw"))
    assert not lies_in(locate("s3://news2/raw"), locate("s3://news"))


# ------------------------------------------------------------------ raw files


RAW = {
    "site/a.txt": b"The ferry sails again on Monday, said the harbour master of the small town.",
    "site/b.jsonl.gz": None,
    "site/c.txt": b"",
    "site/a.txt.meta.json": b'{"title": "Ferry", "published": "2024-05-02"}',
    ".hidden/d.txt": b"not read",
    "site/.e.txt": b"not read",
    "README.md": b"not read",
    "z.zip": None,
    "strange.xyz": b"not known",
    "large.txt": b"A long text about the harbour and its ferry. " * 200,
}


def _raw_files():
    import gzip
    import zipfile

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("inner/b.txt", "A text in an archive, about a bridge and its engineers.")
        archive.writestr("inner/a.txt", "Another text in an archive, about a choir and its songs.")
    rows = b"".join(
        json.dumps({"id": str(n), "text": f"Row {n} about the weather."}).encode() + b"\n" for n in range(50)
    )
    return {**RAW, "site/b.jsonl.gz": gzip.compress(rows, mtime=0), "z.zip": packed.getvalue()}


@pytest.mark.parametrize("small", [1 << 20, 100])
def test_raw_files_give_the_same_records_from_a_bucket_as_from_a_folder(bucket, tmp_path, monkeypatch, small):
    monkeypatch.setattr(raw_bucket, "SMALL", small)  # with 100 bytes most are read in ranges
    store, disk = open_storage(f"{bucket}/raw"), Disk(tmp_path / "raw")
    for name, data in _raw_files().items():
        store.write(name, data)
        disk.write(name, data)

    from_bucket, from_folder = read_records(f"{bucket}/raw"), read_records(disk.root)

    assert from_bucket.equals(from_folder)
    assert from_folder.num_rows == 56


def test_what_stands_for_a_folder_is_no_raw_file(bucket, object_server):
    store = open_storage(f"{bucket}/raw")
    store.write("site/a.txt", b"A text about the harbour.")
    store.write("empty.txt", b"")
    for marker in ("", "site/", "nothing/"):
        urlopen(Request(f"{object_server}/{bucket[5:]}/raw/{marker}", method="PUT", data=b"")).close()

    assert read_records(f"{bucket}/raw")["source_path"].to_pylist() == ["empty.txt", "site/a.txt"]


@pytest.mark.parametrize("name", ["50% off.txt", "a#b?.txt", "a\\b.txt", "déjà ☃.txt", '"q" <x>.txt', "%2F.txt"])
def test_odd_names_are_read(bucket, name):
    open_storage(f"{bucket}/raw").write(name, b"A text about the harbour.")

    (row,) = read_records(f"{bucket}/raw").to_pylist()

    assert (row["source_path"], row["reason"]) == (name, None)


def test_a_name_that_cannot_be_a_path_is_told(bucket, object_server):
    urlopen(Request(f"{object_server}/{bucket[5:]}/raw/x//y.txt", method="PUT", data=b"x")).close()

    with pytest.raises(ConfigError, match=r"name that cannot be a path .*x//y\.txt"):
        read_records(f"{bucket}/raw")


def test_a_listing_changes_with_every_byte(bucket):
    store = open_storage(f"{bucket}/raw")
    store.write("a.txt", b"one")
    first = list_raw(open_raw(f"{bucket}/raw"))
    again = list_raw(open_raw(f"{bucket}/raw"))
    store.write("a.txt", b"two")

    assert first == again != list_raw(open_raw(f"{bucket}/raw"))


def test_raw_files_that_change_or_go_while_they_are_read_are_told(bucket, monkeypatch):
    monkeypatch.setattr(raw_bucket, "SMALL", 10)
    store = open_storage(f"{bucket}/raw")
    store.write("a.txt", b"x" * 100)
    store.write("b.txt", b"y" * 100)
    store.write("c.txt", b"short")
    raw = open_raw(f"{bucket}/raw")
    raw.walk()
    store.write("a.txt", b"z" * 100)
    store.remove("b.txt")
    store.remove("c.txt")

    rows = read_records(raw).to_pylist()

    assert [(row["reason"], row["detail"]) for row in rows] == [
        ("unreadable", "it cannot be read: the file changed while it was read"),
        ("unreadable", "it vanished before it was read"),
        ("unreadable", "it vanished before it was read"),
    ]


def test_a_large_raw_file_is_never_in_memory_as_a_whole(bucket, monkeypatch):
    monkeypatch.setattr(raw_bucket, "SMALL", 1000)
    monkeypatch.setattr(raw_bucket, "WINDOW", 5000)
    line = b'{"text": "A text about the harbour, its ferry and the weather of last week."}\n'
    open_storage(f"{bucket}/raw").write("large.jsonl", line * 2000)
    lengths = []
    fetch = objects.Objects.fetch_range

    def count(storage, entry, start, length):
        lengths.append(length)
        return fetch(storage, entry, start, length)

    monkeypatch.setattr(objects.Objects, "fetch_range", count)

    assert read_records(f"{bucket}/raw").num_rows == 2000
    assert max(lengths) <= 1 << 18 and sum(lengths) < 1.1 * len(line) * 2000


def test_raw_files_are_fetched_ahead_once_each(bucket, monkeypatch):
    monkeypatch.setattr(raw_bucket, "AHEAD", 4)
    store = open_storage(f"{bucket}/raw")
    for n in range(20):
        store.write(f"{n:02}.txt", f"Text {n} about the harbour.".encode())
    fetched = []
    read = objects.Objects.read
    monkeypatch.setattr(objects.Objects, "read", lambda self, name: (fetched.append(name), read(self, name))[1])

    table = read_records(f"{bucket}/raw")

    assert table.num_rows == 20 and sorted(fetched) == [f"{n:02}.txt" for n in range(20)]


def test_a_store_that_goes_away_ends_the_reading(bucket, monkeypatch):
    store = open_storage(f"{bucket}/raw")
    store.write("a.txt", b"A text about the harbour.")
    raw = open_raw(f"{bucket}/raw")
    raw.walk()

    def silent(*_args, **_more):
        raise obstore.exceptions.GenericError("Error performing GET - HTTP error: error sending request")

    monkeypatch.setattr(obstore, "get", silent)
    with pytest.raises(CopydeskError, match="does not answer"):
        read_records(raw)


# ------------------------------------------------------------------ the way in, and what may bar it


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
