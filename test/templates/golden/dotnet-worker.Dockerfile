FROM mcr.microsoft.com/dotnet/sdk:9.0 AS base
ENV DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

# A build's context holds what a commit does not: the Dockerfile; in a clone also what was built there, and local settings.
FROM base AS source
COPY [".", "/app/"]
RUN find /app \( -name obj -o -path '*/bin/Debug' -o -path '*/bin/Release' -o -name Dockerfile.kyozo -o -name .git -o -name .env -o -name .env.local \) -prune -exec rm -rf {} +

FROM base AS build
COPY ["Queue.csproj", "/app/"]
WORKDIR "/app"
RUN --mount=type=cache,target=/root/.nuget/packages dotnet restore -p:Configuration=Release Queue.csproj
COPY --from=source /app /app
RUN --mount=type=cache,target=/root/.nuget/packages ["dotnet", "publish", "Queue.csproj", "-c", "Release", "-o", "out", "--no-restore"]

FROM mcr.microsoft.com/dotnet/runtime:9.0
# A program for an older .NET runs on this one, where that is the oldest that there is.
ENV HOME=/tmp DOTNET_ROLL_FORWARD=Major
WORKDIR /app
COPY --from=build ["/app/out/", "./"]
USER 10001:10001
CMD ["dotnet", "Queue.dll"]
