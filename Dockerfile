# docker build -t mockpars .                      The image of one program: `mockpars serve`.
# docker run --rm -p 127.0.0.1:8027:8027 mockpars
#
# Behind a company's package index: docker build --secret id=pip,src=$HOME/.config/pip/pip.conf -t mockpars .
# (and --secret id=ca,src=ca.pem, which that pip.conf names as `cert = /run/secrets/ca.pem`, if it has its own authority).

# Any image with glibc, Python 3.11 or newer as `python3`, and its venv module; both stages need the same one.
ARG BASE=python:3.13-slim

FROM ${BASE} AS builder
RUN python3 -m venv /build
WORKDIR /src
COPY requirements-run.lock ./
# Every file that goes in is one whose hash the lock knows; what follows is installed from these files alone.
RUN --mount=type=secret,id=pip,target=/etc/pip.conf --mount=type=secret,id=ca,target=/run/secrets/ca.pem \
    /build/bin/python -m pip --disable-pip-version-check --no-cache-dir --quiet download \
    --require-hashes --no-deps --only-binary :all: --requirement requirements-run.lock --dest /wheels
RUN /build/bin/python -m pip --disable-pip-version-check --quiet install --no-index --find-links /wheels \
    hatchling editables
# The extras of the `run` extra, less `build`: what only building needs stays behind in this stage, and so does pip.
# What the project needs is a layer of its own, which a change of the project itself leaves as it is.
ARG EXTRAS=contract,postgres,studio,tls
COPY pyproject.toml ./
RUN python3 -c "import sys, tomllib; p = tomllib.load(open('pyproject.toml', 'rb'))['project']; \
    print(*p['dependencies'], *(n for e in sys.argv[1].split(',') for n in p['optional-dependencies'][e]), sep='\n')" \
    "${EXTRAS}" > /wheels/needed.txt \
    && python3 -m venv --without-pip /opt/mockpars \
    && /build/bin/python -m pip --disable-pip-version-check --quiet --python /opt/mockpars/bin/python \
       install --no-index --find-links /wheels --no-compile --requirement /wheels/needed.txt \
    # A read-only root cannot take bytecode later, and without it starting takes four times as long.
    && /opt/mockpars/bin/python -m compileall -q -j 0 --invalidation-mode unchecked-hash /opt/mockpars/lib
COPY README.md LICENSE ./
COPY contracts ./contracts
COPY seed ./seed
COPY xsd ./xsd
COPY mockpars ./mockpars
RUN /build/bin/python -m hatchling build -t wheel -d /wheels >/dev/null \
    && /build/bin/python -m pip --disable-pip-version-check --quiet --python /opt/mockpars/bin/python \
       install --no-index --no-deps --no-compile /wheels/mockpars-*.whl \
    && /opt/mockpars/bin/python -m compileall -q --invalidation-mode unchecked-hash /opt/mockpars/lib/python3*/site-packages/mockpars
COPY container/sbom.py ./container/
RUN /opt/mockpars/bin/python container/sbom.py /usr/share/mockpars/sbom.json

FROM ${BASE}
# Slim Python images ship the standard library without bytecode. Debian's has it, and then this does nothing.
RUN python3 -m compileall -q -x '/(test|tests|idlelib|lib2to3|turtledemo|ensurepip|site-packages|dist-packages)/' \
    "$(python3 -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')" \
    && echo 'mockpars:x:10001:10001:mockpars:/data:/usr/sbin/nologin' >> /etc/passwd \
    && echo 'mockpars:x:10001:' >> /etc/group \
    && mkdir /data && chown 10001:10001 /data
COPY --from=builder /usr/share/mockpars/sbom.json /usr/share/mockpars/sbom.json
COPY --from=builder /opt/mockpars /opt/mockpars

# State is under /data, or nowhere with MOCKPARS_EPHEMERAL=true. XDG_DATA_HOME and not MOCKPARS_DB, which would
# exclude that. 0.0.0.0 is this container's own interface; what reaches it is for the engine to say.
ENV PATH=/opt/mockpars/bin:/usr/local/bin:/usr/bin:/bin \
    HOME=/data \
    XDG_DATA_HOME=/data \
    MOCKPARS_HOST=0.0.0.0 \
    MOCKPARS_TLS_DIR=/data/mockpars/tls \
    MOCKPARS_ONE_PROCESS=true \
    PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8027 8443
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=5s --start-period=10s --retries=3 CMD ["mockpars", "ready"]
ENTRYPOINT ["mockpars"]
CMD ["serve"]

ARG BASE
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="mockpars" \
      org.opencontainers.image.description="ACCME's PARS on your own machine, for development, CI and QA" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="${BASE}" \
      io.mockpars.sbom="/usr/share/mockpars/sbom.json"
