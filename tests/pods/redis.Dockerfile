# Stands in for the official image: Debian's Redis 7.0, with the official one's user.
ARG BASE
FROM ${BASE}
RUN groupadd --gid 999 redis && useradd --uid 999 --gid 999 --no-create-home redis \
    && apt-get update && RUNLEVEL=1 apt-get install -y --no-install-recommends redis-server \
    && rm -rf /var/lib/apt/lists/*
USER 999:999
CMD ["redis-server"]
