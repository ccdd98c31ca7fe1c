# syntax=docker/dockerfile:1.7
# One image with the one executable, its four libraries and the authorities' certificates: no shell, no package manager.

# The manifests, with a stub for each program: changes when a dependency does, not when our code does.
FROM rust:1.95-bookworm AS manifests
WORKDIR /manifests
COPY . .
RUN find . -type f ! -name Cargo.toml ! -name Cargo.lock -delete \
    && for package in crates/* services/* benchmark; do \
         mkdir -p "$package/src" \
         && touch "$package/src/lib.rs" \
         && echo 'fn main() {}' | tee "$package/src/main.rs" >"$package/build.rs"; \
       done \
    && find . -type d -empty -delete

# librdkafka and OpenSSL are built from the source in their crates: cc, make and perl are in the image.
FROM rust:1.95-bookworm AS build
ARG SOURCE_DATE_EPOCH=0
ENV SOURCE_DATE_EPOCH=$SOURCE_DATE_EPOCH \
    CARGO_INCREMENTAL=0 \
    CARGO_TERM_COLOR=never \
    CARGO_PROFILE_RELEASE_DEBUG=none \
    CARGO_PROFILE_RELEASE_STRIP=symbols
WORKDIR /build
# The dependencies, in a layer of their own.
COPY --from=manifests /manifests .
RUN --mount=type=cache,target=/usr/local/cargo/registry,sharing=locked \
    cargo build --locked --release --package ciclo \
    && rm -r crates services benchmark
# Ours. Their files may be older than the stubs, and cargo goes by the time.
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry,sharing=locked \
    find crates services -name '*.rs' -exec touch {} + \
    && cargo build --locked --release --package ciclo
# The root of the image: what the executable is linked with, certificates, one user, a directory that is the user's own.
RUN mkdir -p /root-of/etc/ssl/certs /root-of/data /root-of/tmp \
    && install -D -m 0755 target/release/ciclo /root-of/ciclo \
    && ldd target/release/ciclo | grep -o '/[^ ]*' | xargs -I{} install -D -m 0755 {} /root-of{} \
    && cp /etc/ssl/certs/ca-certificates.crt /root-of/etc/ssl/certs/ \
    && echo 'ciclo:x:65532:65532::/data:/sbin/nologin' >/root-of/etc/passwd \
    && echo 'ciclo:x:65532:' >/root-of/etc/group \
    && echo 'hosts: files dns' >/root-of/etc/nsswitch.conf \
    && chmod 1777 /root-of/tmp \
    && chown 65532:65532 /root-of/data \
    && find /root-of -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +

FROM scratch
COPY --from=build /root-of /
ENV CICLO_DATA=/data
USER 65532:65532
EXPOSE 4000 4001 4002 4003 4004 4005
ENTRYPOINT ["/ciclo"]
