"""Archives of old telemetry (specification, archive chapter). So far: where they will go, and proof that they can.

Archives themselves are written by a later release.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, Literal

from logister_core.settings import Kind, Saved, boolean, choice, setting, text, url

if TYPE_CHECKING:
    from logister_core.administration.installation.sections import Sections
    from logister_core.types import Configurator

LIBRARY = "boto3"
# What every S3 server takes in a key without escaping, and every file system in a name; a name of dots alone leads
# elsewhere.
_FOLDER = r"(?!\.+(/|$))[A-Za-z0-9!_.'()=-]{1,100}"
_PREFIX = rf"/*({_FOLDER}(/{_FOLDER}){{0,9}})?/*"


def _service() -> Kind:
    """Amazon is what the first installations called S3."""
    kind = choice("local", "s3")
    return replace(
        kind,
        expected="one of local, s3, or amazon, which means s3",
        read=lambda value: kind.read("s3" if value.lower() == "amazon" else value),
    )


def _prefix() -> Kind:
    """Without the slashes around it; a slash alone is none."""
    kind = text("folders such as telemetry or backup/logister, or / for none", pattern=_PREFIX)
    return replace(kind, read=lambda value: kind.read(value).strip("/"))


@dataclass(frozen=True, kw_only=True)
class Settings:
    service: Literal["local", "s3"] = setting(
        "LOGISTER_ARCHIVE_STORAGE_SERVICE",
        "local",
        _service(),
        help="where archives go: local is the folder LOGISTER_HOME/storage, s3 a bucket of Amazon S3 or of a server "
        "that speaks like it",
        aliases=["LOGISTER_STORAGE_SERVICE", "ACTIVE_STORAGE_SERVICE"],
        saved=Saved("archive_storage.service", "Archives go to"),
    )
    access_key_id: str | None = setting(
        "AWS_ACCESS_KEY_ID",
        None,
        text("an access key", pattern=r"[\x21-\x7e]{1,200}"),
        help="who asks S3; unset: the role of this machine, or what else the AWS library finds",
        saved=Saved("archive_storage.access_key_id", "Access key"),
    )
    secret_access_key: str | None = setting(
        "AWS_SECRET_ACCESS_KEY",
        None,
        text("the secret of an access key", pattern=r"[\x21-\x7e]{1,200}"),
        help="signs what is asked",
        secret=True,
        saved=Saved("archive_storage.secret_access_key", "Secret of the access key"),
    )
    region: str = setting(
        "AWS_REGION",
        "us-east-1",
        text("a region such as eu-central-1, or auto", pattern=r"[A-Za-z0-9-]{1,60}"),
        help="where the bucket is",
        saved=Saved("archive_storage.region", "Region"),
    )
    bucket: str | None = setting(
        "AWS_S3_BUCKET",
        None,
        text("the name of a bucket", pattern=r"[A-Za-z0-9][A-Za-z0-9._-]{1,200}"),
        help="must exist already",
        saved=Saved("archive_storage.bucket", "Bucket"),
    )
    endpoint: str | None = setting(
        "AWS_S3_ENDPOINT",
        None,
        url("http", "https"),
        help="address of a server that speaks like S3; unset: Amazon's in the region",
        saved=Saved("archive_storage.endpoint", "Endpoint"),
    )
    force_path_style: bool = setting(
        "AWS_S3_FORCE_PATH_STYLE",
        "false",
        boolean(),
        help="put the bucket into the path instead of the host name; most servers other than Amazon's need that",
        saved=Saved("archive_storage.force_path_style", "Bucket in the path"),
    )
    prefix: str = setting(
        "LOGISTER_ARCHIVE_PREFIX",
        "telemetry",
        _prefix(),
        help="what names of archives begin with; a slash alone: nothing",
        saved=Saved("archive_storage.prefix", "Prefix"),
    )

    def problems(self) -> list[str]:
        if self.service != "s3":
            return []
        found = []
        if self.bucket is None:
            found.append("AWS_S3_BUCKET is not set; expected the name of a bucket, because archives go to S3")
        if (self.access_key_id is None) != (self.secret_access_key is None):
            missing = "AWS_ACCESS_KEY_ID" if self.access_key_id is None else "AWS_SECRET_ACCESS_KEY"
            found.append(f"{missing} is not set; expected an access key and its secret, or neither")
        if find_spec(LIBRARY) is None:
            found.append(f"archives go to S3 but {LIBRARY} is missing; install logister[archive]")
        return found

    @staticmethod
    def administration(sections: Sections) -> None:
        from logister_plugins.archive.administration import ARCHIVE_STORAGE

        sections.add(ARCHIVE_STORAGE)


def includeme(config: Configurator) -> None:
    """Nothing runs yet. The page of settings is there whether the plugin is switched on or not."""
