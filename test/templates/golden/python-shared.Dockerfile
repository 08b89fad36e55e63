FROM python:3.12-slim AS base
ENV PYTHONUNBUFFERED=1 VIRTUAL_ENV=/opt/venv PATH="/opt/venv/bin:$PATH"

# A build's context holds what a commit does not: the Dockerfile; in a clone also environments of another machine, compiled files, local settings.
FROM base AS source
COPY ["libs/common", "/app/libs/common/"]
COPY ["services/reports", "/app/services/reports/"]
RUN find /app \( -name __pycache__ -o -name Dockerfile.kyozo -o -name .venv -o -name .git -o -name .env -o -name .env.local \) -prune -exec rm -rf {} +

FROM base AS dependencies
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
RUN python -m venv /opt/venv
WORKDIR "/app/services/reports"
COPY ["libs/common/pyproject.toml", "/app/libs/common/"]
COPY ["services/reports/requirements.txt", "/app/services/reports/"]
# A shared package is installed from its source, so that a change of it installs it again.
COPY --from=source ["/app/libs/common", "/app/libs/common/"]
RUN --mount=type=cache,target=/root/.cache/pip pip install -r requirements.txt
RUN --mount=type=cache,target=/root/.cache/pip pip install /app/libs/common

FROM base
ENV PYTHONDONTWRITEBYTECODE=1 HOME=/tmp PORT=8000
ENV PYTHONPATH="/app:/app/libs/common:/app/services/reports"
COPY --from=dependencies /opt/venv /opt/venv
COPY --from=source /app /app
WORKDIR "/app/services/reports"
USER 10001:10001
EXPOSE 8000
CMD ["sh", "-c", "exec gunicorn --bind 0.0.0.0:$PORT app:app"]
