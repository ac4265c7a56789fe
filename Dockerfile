# docker build -t mammoscope . && docker run --rm -p 127.0.0.1:8080:8080 mammoscope
# The image holds all it needs; nothing is fetched at run time.

FROM python:3.11-slim-bookworm AS frontend
WORKDIR /build
COPY requirements-frontend.txt ./
RUN pip install --no-cache-dir --no-deps -r requirements-frontend.txt
COPY frontend/package.json frontend/package-lock.json frontend/
RUN cd frontend && npm ci --no-audit --no-fund
COPY frontend frontend
RUN cd frontend && npm run build

FROM python:3.11-slim-bookworm
# opencv-python links against these two
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libgl1 libglib2.0-0 \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /srv/mammoscope
COPY requirements-serve.txt ./
RUN pip install --no-cache-dir --no-deps -r requirements-serve.txt
COPY models models
COPY pipeline pipeline
COPY app app
COPY --from=frontend /build/frontend/dist frontend/dist

RUN useradd --system --uid 10001 --create-home mammoscope \
    && install --directory --owner=mammoscope --mode=700 /var/lib/mammoscope
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 MAMMOSCOPE_DATA_DIR=/var/lib/mammoscope
USER mammoscope
VOLUME /var/lib/mammoscope
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
# One process: the queue of analyses lives in it. Threads answer requests while an analysis runs.
CMD ["gunicorn", "--bind", "0.0.0.0:8080", "--workers", "1", "--worker-class", "app.cli.worker.Worker", \
     "--threads", "8", "--timeout", "120", \
     "--worker-tmp-dir", "/dev/shm", "--no-control-socket", "app:create_app()"]
