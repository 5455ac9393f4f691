# The bot as one process, with its store in /data. docs/install.md explains how to build and run it.
# Pin the base image by its digest for reproducible builds: --build-arg PYTHON=python:3.13-slim@sha256:…
ARG PYTHON=python:3.13-slim
FROM ${PYTHON}

# git reads clones; the fonts are for the charts below a post, in English and Chinese. Their versions are not pinned, because a
# pinned one disappears from the archive with the next security fix.
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

# By number, because Kubernetes' runAsNonRoot cannot check names.
USER 10001
# The secret scanner compiles its rules once, which takes three seconds; at run time the root may be read-only.
RUN python -c "from analysis.llm.secrets import prepare; prepare().result()"
# Bytecode would be written beside the modules, which belong to root, and the root may be read-only.
ENV DAYBRIEF_STORE__PATH=/data/daybrief.db DAYBRIEF_SERVE__HOST=0.0.0.0 PYTHONDONTWRITEBYTECODE=1
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
STOPSIGNAL SIGTERM
CMD ["daybrief", "serve"]
