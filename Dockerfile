# The bot as one process; what it remembers lies in /data. docs/install.md says how it is built and run.
# Name the base by its digest, so that the same recipe gives the same image: --build-arg PYTHON=python:3.13-slim@sha256:…
ARG PYTHON=python:3.13-slim
FROM ${PYTHON}

# git for clones; the fonts write the pictures below a post, in English and in Chinese. They come as the base's release has them:
# a version that is pinned here is gone from the archive with the next security fix.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install --yes --no-install-recommends git fonts-dejavu-core fonts-wqy-microhei && rm -rf /var/lib/apt/lists/*
RUN useradd --create-home --uid 10001 daybrief && install -d -o daybrief /data
WORKDIR /app

COPY requirements.txt ./
RUN pip install --no-cache-dir --require-hashes --requirement requirements.txt
COPY pyproject.toml README.md LICENSE ./
COPY analysis analysis
COPY formatters formatters
COPY storage storage
COPY bot bot
RUN pip install --no-cache-dir --no-deps --no-build-isolation .

# By number: a cluster that lets no root in does not know names.
USER 10001
# What finds secrets compiles its rules once, for three seconds; the root may be read-only when it runs.
RUN python -c "from analysis.llm.secrets import prepare; prepare().result()"
# Bytecode would be written beside the modules, which are root's; the root may be read-only.
ENV DAYBRIEF_STORE__PATH=/data/daybrief.db DAYBRIEF_SERVE__HOST=0.0.0.0 PYTHONDONTWRITEBYTECODE=1
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
STOPSIGNAL SIGTERM
CMD ["daybrief", "serve"]
