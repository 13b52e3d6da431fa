"""Objects in a bucket of Amazon S3, or of a server that speaks like it."""

from __future__ import annotations

import base64
import hashlib
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
    ReadTimeoutError,
    SSLError,
)

from logister_plugins.archive.storage import NoSuchObject, StorageError, checked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from logister_plugins.archive import Settings

CONNECT_SECONDS: Final = 2
READ_SECONDS: Final = 5

_MISSING: Final = frozenset({"NoSuchKey", "404", "NotFound"})
_REASONS: Final = {
    "NoSuchBucket": "there is no bucket of that name",
    "InvalidAccessKeyId": "the access key is not known there",
    "SignatureDoesNotMatch": "the secret does not belong to the access key",
    "AccessDenied": "the access key may not do that there",
    "AllAccessDisabled": "the bucket is closed",
    "PermanentRedirect": "the bucket is in another region",
    "AuthorizationHeaderMalformed": "the bucket is in another region",
    "IllegalLocationConstraintException": "the bucket is in another region",
    "RequestTimeTooSkewed": "the clocks of that server and this one are too far apart",
    "ExpiredToken": "the access key has expired",
    "SlowDown": "it asks to be left alone for a while",
    "ServiceUnavailable": "it is not available",
}


class S3Storage:
    """Made when it is needed, so that it works with the settings of that moment."""

    def __init__(self, settings: Settings) -> None:
        # Settings ask for it, see `Settings.problems`.
        assert settings.bucket is not None  # noqa: S101
        self._bucket = settings.bucket
        config = Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"total_max_attempts": 1},
            s3={"addressing_style": "path" if settings.force_path_style else "auto"},
            # By default every request carries checksums that several servers refuse; Content-MD5 they all know.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        with _told():
            # The default session is shared and not safe with threads.
            self._client: Any = boto3.session.Session().client(
                "s3",
                region_name=settings.region,
                endpoint_url=settings.endpoint,
                aws_access_key_id=settings.access_key_id,
                aws_secret_access_key=settings.secret_access_key,
                config=config,
            )

    @property
    def place(self) -> str:
        return f"the bucket {self._bucket}"

    def put(self, key: str, body: bytes, content_type: str) -> str | None:
        key, checksum = checked(key), base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()
        with _told():
            answer = self._client.put_object(
                Bucket=self._bucket, Key=key, Body=body, ContentType=content_type, ContentMD5=checksum
            )
        return _version(answer)

    def get(self, key: str) -> bytes:
        key = checked(key)
        with _told():
            body: bytes = self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        return body

    def delete(self, key: str, version: str | None = None) -> None:
        named = {"Key": checked(key)} | ({} if version is None else {"VersionId": version})
        with _told():
            self._client.delete_object(Bucket=self._bucket, **named)


def _version(answer: dict[str, Any]) -> str | None:
    version: str | None = answer.get("VersionId")
    return version or None


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in _MISSING:
            raise NoSuchObject from error
        raise StorageError(_refusal(code, error)) from error
    except (BotoCoreError, OSError, ValueError) as error:
        raise StorageError(_failure(error)) from error


def _refusal(code: str, error: ClientError) -> str:
    """What the code says; of the answer nothing else, because it may repeat what it was asked with."""
    if code in _REASONS:
        return _REASONS[code]
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9.]{0,60}", code):
        return f"it answered {code}"
    return f"it answered HTTP {error.response.get('ResponseMetadata', {}).get('HTTPStatusCode', 'something else')}"


def _failure(error: Exception) -> str:
    match error:
        case ConnectTimeoutError() | ReadTimeoutError() | TimeoutError():
            return "it does not answer in time"
        case EndpointConnectionError():
            return "it cannot be reached"
        case SSLError():
            return "its certificate is not one that this server trusts"
        case NoCredentialsError():
            return "no access key is set, and this machine has no role"
        case HTTPClientError():
            return f"the connection failed ({type(error).__name__})"
        case _:
            return type(error).__name__
