# The service as a user without rights, on port 8000; its database and keys are on the volume /data. It wants PUBLIC_URL
# and KEY_PASSPHRASE_FILE, and for the first start INSTITUTION_FILE (docs/settings.md).
FROM python:3.13 AS made
WORKDIR /srv/testamur
COPY . .
RUN make install

FROM python:3.13-slim
WORKDIR /srv/testamur
COPY --from=made /srv/testamur /srv/testamur
COPY --chown=65532:65532 keys/README.md /data/
ENV PYTHONUNBUFFERED=1 HOST=0.0.0.0 PORT=8000 KEYS_DIR=/data/keys DATABASE_URL=sqlite:////data/testamur.sqlite3
VOLUME /data
EXPOSE 8000
USER 65532:65532
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD [".venv/bin/python", "-c", \
    "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/healthz', timeout=2)"]
CMD [".venv/bin/testamur", "serve"]
