# syntax=docker/dockerfile:1
# Folkmoot as a container: one binary, no root, everything that must outlive it in /data.
#
#   docker build -t folkmoot .
#   docker run -d --name folkmoot -p 127.0.0.1:8484:8484 -v folkmoot:/data folkmoot
#   docker logs folkmoot        # the first sign-in link

FROM rust:1.95-slim-bookworm AS build
WORKDIR /src
COPY . .
# The paths of the build are not part of the binary, so that the same sources give the same bytes.
ENV RUSTFLAGS="--remap-path-prefix=/src=. --remap-path-prefix=/usr/local/cargo=cargo"
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked -p folkmoot && cp target/release/folkmoot /folkmoot

FROM debian:bookworm-slim
# Time zones for the community's days, certificates for other servers.
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates tzdata \
    && rm -rf /var/lib/apt/lists/* \
    && install -d -o 10001 -g 10001 -m 0700 /data
COPY --from=build /folkmoot /usr/local/bin/folkmoot
COPY LICENSE NOTICE /usr/share/doc/folkmoot/
USER 10001:10001
ENV FOLKMOOT_DATA=/data FOLKMOOT_HOST=0.0.0.0
VOLUME /data
EXPOSE 8484
# Asks the running server by its socket; it answers when the database does.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["folkmoot", "settings", "get", "name"]
ENTRYPOINT ["folkmoot"]
CMD ["serve"]
