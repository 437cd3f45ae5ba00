"""The way into an object store: endpoint, credentials, patience, and its errors in words.

In     a bucket; the standard places of the AWS tools: environment, shared files, the machine's role
Out    a client of obstore; `CopydeskError` in the place of what the client raises

Looked at in the order of the AWS tools: `AWS_ACCESS_KEY_ID` and its kin, the profile (`AWS_PROFILE`, else `default`) in
`~/.aws/config` and `~/.aws/credentials`, then web identity, container and instance. A profile with sign-on, a role or a
process of its own is resolved by botocore, where that is installed. Nothing is ever read from copydesk.toml.

Limits  Every request is bounded: 3 seconds to connect, 20 without an answer (uploads and copies: 3 minutes), and no
        new try after 15.
"""

from __future__ import annotations

import configparser
import errno
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

from obstore import exceptions
from obstore.store import S3Store

from tasks.errors import ConfigError, CopydeskError
from tasks.storage.places import Bucket

KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
ROLES = ("AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI")
INDIRECT = ("sso_session", "sso_start_url", "role_arn", "credential_process", "source_profile", "login_session")
_CLIENT = {"connect_timeout": "3s", "read_timeout": "20s", "timeout": "60s"}
_PATIENT = {"connect_timeout": "3s", "read_timeout": "180s", "timeout": "300s"}  # 32 MiB under way at 1.5 Mbit/s
_RETRY = {"max_retries": 5, "retry_timeout": timedelta(seconds=15)}


def connect(bucket: Bucket, environment: Mapping[str, str] = os.environ, *, patient: bool = False) -> S3Store:
    """A client for the prefix of a bucket; a patient one for what takes the store its time. Nothing is sent yet.

    Raises:
        ConfigError: the profile that was asked for is not there, or needs botocore.
    """
    profile = read_profile(environment)
    settings = {**_endpoint(profile, environment), **_region(profile, environment), **_keys(profile, environment)}
    options = {**(_PATIENT if patient else _CLIENT), **_trust(profile, environment)}
    if str(settings.get("endpoint", "")).startswith("http://"):
        options["allow_http"] = True
    with told(bucket):
        return S3Store(
            bucket.name,
            prefix=bucket.prefix or None,
            retry_config=_RETRY,  # type: ignore[arg-type]
            client_options=options,  # type: ignore[arg-type]
            **settings,
        )


def endpoint_of(environment: Mapping[str, str] = os.environ) -> str | None:
    """The address of a store other than AWS, if one is set."""
    return _endpoint(read_profile(environment), environment).get("endpoint")


# ------------------------------------------------------------------ the standard places


def read_profile(environment: Mapping[str, str]) -> dict[str, Any]:
    """The settings of the profile in force, from both shared files; empty where there is none.

    Raises:
        ConfigError: a profile was asked for and is in neither file, or a file is damaged.
    """
    home = os.path.expanduser("~/.aws")  # noqa: PTH111  stays as it is where there is no home
    config = Path(os.path.expanduser(environment.get("AWS_CONFIG_FILE") or f"{home}/config"))  # noqa: PTH111
    credentials = Path(os.path.expanduser(environment.get("AWS_SHARED_CREDENTIALS_FILE") or f"{home}/credentials"))  # noqa: PTH111
    wanted = environment.get("AWS_PROFILE")
    name = wanted or "default"
    settings, secrets = _read(config), _read(credentials)
    section = "default" if name == "default" else f"profile {name}"
    if wanted and section not in settings and name not in secrets:
        raise ConfigError(f"AWS_PROFILE={wanted}: no such profile in {config} or {credentials}")
    profile: dict[str, Any] = {**settings.get(section, {}), **secrets.get(name, {}), "profile": name}
    services = settings.get(f"services {profile.get('services')}", {})
    if url := _nested(services.get("s3", "")).get("endpoint_url"):
        profile["endpoint_url"] = url
    return profile


def _read(file: Path) -> dict[str, dict[str, str]]:
    parser = configparser.RawConfigParser(default_section="")
    try:
        parser.read_string(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, configparser.Error) as error:
        raise ConfigError(f"{file}: cannot be read as a file of AWS settings ({type(error).__name__})") from None
    return {name: dict(parser[name]) for name in parser.sections()}


def _nested(text: str) -> dict[str, str]:
    """The settings that stand indented below a key, as AWS writes those of one service."""
    pairs = (line.partition("=") for line in text.splitlines() if "=" in line)
    return {name.strip(): value.strip() for name, _, value in pairs}


def _endpoint(profile: Mapping[str, str], environment: Mapping[str, str]) -> dict[str, str]:
    found = environment.get("AWS_ENDPOINT_URL_S3") or environment.get("AWS_ENDPOINT_URL")
    if not found and environment.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() != "true":
        found = profile.get("endpoint_url")
    return {"endpoint": found.rstrip("/"), "aws_endpoint_url_s3": found.rstrip("/")} if found else {}


def _region(profile: Mapping[str, str], environment: Mapping[str, str]) -> dict[str, str]:
    found = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION") or profile.get("region")
    return {"region": found} if found else {}


def _trust(profile: Mapping[str, str], environment: Mapping[str, str]) -> dict[str, Any]:
    """Certificates of a store's own authority."""
    file = environment.get("AWS_CA_BUNDLE") or profile.get("ca_bundle")
    try:
        return {"root_certificate": Path(file).read_bytes()} if file else {}
    except OSError as error:
        raise ConfigError(f"AWS_CA_BUNDLE={file}: cannot be read ({error.strerror})") from None


def _keys(profile: Mapping[str, str], environment: Mapping[str, str]) -> dict[str, Any]:
    """Keys from the environment or the profile; nothing where the client is to ask for a role by itself."""
    if all(environment.get(name) for name in KEYS):
        token = environment.get("AWS_SESSION_TOKEN")
        keys = {name.removeprefix("AWS_").lower(): environment[name] for name in KEYS}
        return {**keys, **({"session_token": token} if token else {})}
    if profile.get("aws_access_key_id") and profile.get("aws_secret_access_key"):
        names = ("access_key_id", "secret_access_key", "session_token")
        return {name: profile[f"aws_{name}"] for name in names if profile.get(f"aws_{name}")}
    if any(environment.get(name) for name in ROLES):
        return {}
    if any(profile.get(name) for name in INDIRECT):
        return {"credential_provider": _through_botocore(profile["profile"])}
    if environment.get("AWS_EC2_METADATA_DISABLED", "").lower() == "true":
        raise ConfigError(NO_CREDENTIALS)
    return {}


def _through_botocore(profile: str) -> Callable[[], dict[str, Any]]:
    """Credentials that botocore finds and renews."""
    try:
        from botocore.session import Session
    except ImportError:
        raise ConfigError(
            f"AWS profile {profile}: its sign-on, role or process needs botocore (pip install botocore); "
            "or put keys into the environment (aws configure export-credentials)"
        ) from None

    def provide() -> dict[str, Any]:
        """The keys now, as obstore asks for them."""
        found = Session(profile=profile).get_credentials()
        if found is None:
            raise ConfigError(NO_CREDENTIALS)
        frozen = found.get_frozen_credentials()
        until = getattr(found, "_expiry_time", None)
        return {
            "access_key_id": frozen.access_key,
            "secret_access_key": frozen.secret_key,
            "token": frozen.token,
            "expires_at": until.astimezone(UTC) if until else None,
        }

    return provide


# ------------------------------------------------------------------ errors

NO_CREDENTIALS = (
    "no credentials for the object store: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, "
    "or run where the machine has a role"
)
_CODE = re.compile(r"<Code>(\w+)</Code>")
_STATUS = re.compile(r"status code: (\d{3})")
_DENIED = {"AccessDenied", "AllAccessDisabled", "AccountProblem"}
_KEYS_REFUSED = {"InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken", "TokenRefreshRequired"}
_ELSEWHERE = {"PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException"}
_METADATA = ("/latest/api/token", "/latest/meta-data/", "169.254.170.")
_CAUSES = {
    "dns error": "no such host",
    "Connection refused": "connection refused",
    "TimedOut": "timed out",
    "timed out": "timed out",
    "InvalidCertificate": "its certificate is not trusted",
    "InvalidContentType": "it does not speak https",
}
_PROVIDER = re.compile(r"credential provider: (?:\w+: )?(.*)")


@contextmanager
def told(bucket: Bucket) -> Iterator[None]:
    """Turn what the client raises into one line that says what to do; files that are not there stay as they are."""
    try:
        yield
    except FileNotFoundError as error:
        if "NoSuchBucket" in str(error):
            raise explain(bucket, error) from None
        raise FileNotFoundError(errno.ENOENT, f"{bucket}: no such object") from None
    except (exceptions.AlreadyExistsError, exceptions.PreconditionError, exceptions.NotModifiedError):
        raise
    except (exceptions.BaseError, ValueError) as error:
        raise explain(bucket, error) from None


def explain(bucket: Bucket, error: Exception) -> CopydeskError:
    """An error of the client in words."""
    text = str(error)
    code = match[1] if (match := _CODE.search(text)) else ""
    status = match[1] if (match := _STATUS.search(text)) else ""
    at = endpoint_of() or "AWS"
    if match := _PROVIDER.search(text):
        return ConfigError(f"{bucket}: the AWS profile gives no credentials ({match[1]}); sign on again, or correct it")
    if any(mark in text for mark in _METADATA):
        return ConfigError(f"{bucket}: {NO_CREDENTIALS}")
    if code == "NoSuchBucket":
        return ConfigError(f"{bucket}: there is no bucket {bucket.name} at {at}; make it, or name another")
    if code in _KEYS_REFUSED:
        return ConfigError(f"{bucket}: {at} does not accept the credentials ({code}); renew or correct them")
    if code in _ELSEWHERE or status == "301" or "configured region" in text:
        return ConfigError(f"{bucket}: the bucket lies in another region; set AWS_REGION to the bucket's")
    if code in _DENIED or status in ("401", "403"):
        return ConfigError(
            f"{bucket}: access denied at {at}; the credentials have to allow ListBucket, GetObject, PutObject and "
            "DeleteObject there"
        )
    why = text.partition("\n")[0]
    if isinstance(error, exceptions.InvalidPathError) or "parse path" in why:
        return ConfigError(f"{bucket}: an object has a name that cannot be a path ({why}); rename or remove it")
    if "HTTP error" in text or "timed out" in text:
        return CopydeskError(f"{bucket}: {at} does not answer ({_cause(text)}); check AWS_ENDPOINT_URL and the network")
    return CopydeskError(f"{bucket}: {at} refused: {code or why[:300]}; nothing was published")


def _cause(text: str) -> str:
    """The innermost of the nested causes that a person can use."""
    return next((words for mark, words in _CAUSES.items() if mark in text), "no connection")
