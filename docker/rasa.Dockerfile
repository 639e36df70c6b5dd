# Rasa with the model trained into the image, so that a container starts without training.
FROM python:3.10-slim

ENV PYTHONUNBUFFERED=1 PYTHONPATH=/app HOME=/home/yizhan RASA_TELEMETRY_ENABLED=false
WORKDIR /app

COPY nlu/requirements.lock nlu/requirements.lock
RUN pip install --no-cache-dir --require-hashes -r nlu/requirements.lock

COPY kit kit
COPY nlu nlu
RUN python -m nlu.run_rasa train --config nlu/config.yml --domain nlu/domain --data nlu/data \
      --out models --fixed-model-name yizhan

RUN useradd --system --uid 10001 --create-home yizhan
USER yizhan
