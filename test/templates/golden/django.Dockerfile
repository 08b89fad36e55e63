FROM python:3.12-slim AS base
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked --mount=type=cache,target=/var/lib/apt/lists,sharing=locked \
    rm -f /etc/apt/apt.conf.d/docker-clean && apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends libpq5
ENV PYTHONUNBUFFERED=1 VIRTUAL_ENV=/opt/venv PATH="/opt/venv/bin:$PATH"

# A build's context holds what a commit does not: the Dockerfile; in a clone also environments of another machine, compiled files, local settings.
FROM base AS source
COPY [".", "/app/"]
RUN find /app \( -name __pycache__ -o -name Dockerfile.kyozo -o -name .venv -o -name .git -o -name .env -o -name .env.local \) -prune -exec rm -rf {} +

FROM base AS dependencies
# Some of its packages have no wheel for this platform and are compiled.
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked --mount=type=cache,target=/var/lib/apt/lists,sharing=locked \
    rm -f /etc/apt/apt.conf.d/docker-clean && apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends build-essential libpq-dev pkg-config
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
RUN python -m venv /opt/venv
WORKDIR "/app"
COPY ["requirements.txt", "/app/"]
RUN --mount=type=cache,target=/root/.cache/pip pip install -r requirements.txt

FROM dependencies AS build
COPY --from=source /app /app
WORKDIR "/app"
# Its settings demand values that only the running service gets: these stand in for them here, and do not leave this stage.
RUN env 'DATABASE_URL=sqlite:////tmp/build.sqlite3' 'SECRET_KEY=build' sh -c 'python manage.py collectstatic --noinput' \
    || echo 'Static files were not gathered: the settings could not be loaded without their real values.' >&2

FROM base
ENV PYTHONDONTWRITEBYTECODE=1 HOME=/tmp PORT=8000
ENV PYTHONPATH="/app"
COPY --from=dependencies /opt/venv /opt/venv
COPY --from=build /app /app
WORKDIR "/app"
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "--bind", "0.0.0.0:8000", "shop.wsgi"]
