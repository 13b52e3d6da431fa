# One image, three commands:
#   web      pserve production.ini                          (the default)
#   worker   logister worker -c production.ini              (run with --no-healthcheck: it listens on no port)
#   release  logister release -c production.ini             (once per deployment, before new web processes)
# Configure it through the environment, see .env.sample. Files of the instance are in /var/lib/logister.

ARG PYTHON_VERSION=3.11
ARG NODE_VERSION=22

FROM node:${NODE_VERSION}-slim AS bundle
WORKDIR /build
COPY package.json package-lock.json .npmrc build.mjs ./
RUN npm ci --no-audit --no-fund
COPY src/logister_core/web/static src/logister_core/web/static
RUN node build.mjs

FROM python:${PYTHON_VERSION}-slim AS install
WORKDIR /build
COPY setup.py pyproject.toml README.md LICENSE constraints.txt ./
COPY src src
COPY --from=bundle /build/src/logister_core/web/static/dist src/logister_core/web/static/dist
RUN python -m pip wheel --no-cache-dir --no-deps --wheel-dir /wheels . \
    && python -m venv /opt/logister \
    && /opt/logister/bin/python -m pip install --no-cache-dir --disable-pip-version-check \
        --constraint constraints.txt "$(echo /wheels/*.whl)[archive,clickhouse,fast,oidc]"

FROM python:${PYTHON_VERSION}-slim
RUN groupadd --system --gid 10001 logister \
    && useradd --system --uid 10001 --gid logister --home-dir /var/lib/logister --create-home logister
COPY --from=install /opt/logister /opt/logister
WORKDIR /srv/logister
COPY production.ini ./
ENV PATH=/opt/logister/bin:$PATH \
    LOGISTER_HOME=/var/lib/logister \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1
USER logister
VOLUME /var/lib/logister
EXPOSE 6543
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["python", "-c", \
    "import os, urllib.request; urllib.request.urlopen(f\"http://127.0.0.1:{os.environ.get('PORT') or 6543}/up\", timeout=4)"]
CMD ["pserve", "production.ini"]
