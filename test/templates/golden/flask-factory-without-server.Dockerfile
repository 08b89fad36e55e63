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
COPY ["poetry.lock", "pyproject.toml", "/app/"]
RUN --mount=type=cache,target=/root/.cache/pip /usr/local/bin/python -m pip install --root-user-action=ignore "poetry>=2,<3"
RUN --mount=type=cache,target=/root/.cache/pypoetry poetry install --only main --no-root --no-interaction
# The project does not install the server that starts it.
RUN --mount=type=cache,target=/root/.cache/pip /usr/local/bin/python -m pip --python /opt/venv/bin/python install "gunicorn>=20.1,<24"

FROM base
ENV PYTHONDONTWRITEBYTECODE=1 HOME=/tmp PORT=5000
ENV PYTHONPATH="/app"
COPY --from=dependencies /opt/venv /opt/venv
COPY --from=source /app /app
WORKDIR "/app"
USER 10001:10001
EXPOSE 5000
CMD ["gunicorn", "--bind", "0.0.0.0:5000", "app:create_app()"]
