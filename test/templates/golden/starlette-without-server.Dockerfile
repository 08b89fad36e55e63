FROM python:3.12-slim AS base
ENV PYTHONUNBUFFERED=1 VIRTUAL_ENV=/opt/venv PATH="/opt/venv/bin:$PATH"

# A build's context holds what a commit does not: the Dockerfile; in a clone also environments of another machine, compiled files, local settings.
FROM base AS source
COPY [".", "/app/"]
RUN find /app \( -name __pycache__ -o -name Dockerfile.kyozo -o -name .venv -o -name .git -o -name .env -o -name .env.local \) -prune -exec rm -rf {} +

FROM base AS dependencies
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
RUN python -m venv /opt/venv
WORKDIR "/app"
COPY ["pyproject.toml", "uv.lock", "/app/"]
RUN --mount=type=cache,target=/root/.cache/pip /usr/local/bin/python -m pip install --root-user-action=ignore "uv<1"
ENV UV_PROJECT_ENVIRONMENT=/opt/venv UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
RUN --mount=type=cache,target=/root/.cache/uv uv sync --frozen --no-dev --no-install-workspace --no-install-project
# The project does not install the server that starts it.
RUN --mount=type=cache,target=/root/.cache/pip /usr/local/bin/python -m pip --python /opt/venv/bin/python install "uvicorn>=0.20,<1"

FROM base
ENV PYTHONDONTWRITEBYTECODE=1 HOME=/tmp PORT=8000
ENV PYTHONPATH="/app"
COPY --from=dependencies /opt/venv /opt/venv
COPY --from=source /app /app
WORKDIR "/app"
USER 10001:10001
EXPOSE 8000
CMD ["uvicorn", "main:app", "--host", "0.0.0.0", "--port", "8000"]
