# bot, console and actions: one image, three commands (see docker-compose.yml).
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 YIZHAN_DATA_DIR=/data
WORKDIR /app

COPY requirements/app.lock requirements/app.lock
RUN pip install --no-cache-dir --require-hashes -r requirements/app.lock

COPY kit kit
COPY db db
COPY content content
COPY services services
COPY actions actions
COPY bot bot
COPY console console
COPY tools tools

RUN useradd --system --uid 10001 yizhan && install -d -o yizhan -g yizhan -m 700 /data
USER yizhan
VOLUME /data
