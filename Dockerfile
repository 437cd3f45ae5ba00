# copydesk with its locked libraries: docs/operations.md
FROM python:3.12-slim-bookworm

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1
WORKDIR /opt/copydesk
COPY requirements.lock pyproject.toml README.md LICENSE NOTICE ./
RUN pip install --require-hashes -r requirements.lock
COPY flows flows
COPY tasks tasks
RUN pip install --no-deps . \
 && useradd --create-home --uid 10001 desk \
 && install -d -o desk /srv/copydesk/raw /srv/copydesk/curated

USER 10001
WORKDIR /srv/copydesk
VOLUME ["/srv/copydesk/raw", "/srv/copydesk/curated"]
ENTRYPOINT ["copydesk"]
CMD ["run", "--direct"]
