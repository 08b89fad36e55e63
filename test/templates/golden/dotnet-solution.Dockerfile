FROM mcr.microsoft.com/dotnet/sdk:8.0 AS base
ENV DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

# A build's context holds what a commit does not: the Dockerfile; in a clone also what was built there, and local settings.
FROM base AS source
COPY ["src/Shop", "/app/src/Shop/"]
COPY ["src/Words", "/app/src/Words/"]
RUN find /app \( -name obj -o -path '*/bin/Debug' -o -path '*/bin/Release' -o -name Dockerfile.kyozo -o -name .git -o -name .env -o -name .env.local \) -prune -exec rm -rf {} +
# Any SDK of the image may build it: the exact one that this file names is seldom in an image.
RUN find /app -name global.json -exec sed -Ezi 's/("rollForward"[[:space:]]*:[[:space:]]*)"[^"]*"/\1"latestMajor"/; t; s/("sdk"[[:space:]]*:[[:space:]]*[{])/\1 "rollForward": "latestMajor",/' {} +

FROM base AS build
COPY ["Directory.Build.props", "Shop.sln", "global.json", "/app/"]
COPY ["src/Shop/Shop.csproj", "src/Shop/packages.lock.json", "/app/src/Shop/"]
COPY ["src/Words/Words.csproj", "/app/src/Words/"]
RUN find /app -name global.json -exec sed -Ezi 's/("rollForward"[[:space:]]*:[[:space:]]*)"[^"]*"/\1"latestMajor"/; t; s/("sdk"[[:space:]]*:[[:space:]]*[{])/\1 "rollForward": "latestMajor",/' {} +
WORKDIR "/app/src/Shop"
RUN --mount=type=cache,target=/root/.nuget/packages dotnet restore -p:Configuration=Release --locked-mode Shop.csproj
COPY --from=source /app /app
RUN --mount=type=cache,target=/root/.nuget/packages ["dotnet", "publish", "Shop.csproj", "-c", "Release", "-o", "out", "--no-restore"]

FROM mcr.microsoft.com/dotnet/aspnet:8.0
# A program for an older .NET runs on this one, where that is the oldest that there is.
ENV HOME=/tmp DOTNET_ROLL_FORWARD=Major PORT=8080 ASPNETCORE_HTTP_PORTS=8080
WORKDIR /app
COPY --from=build ["/app/src/Shop/out/", "./"]
USER 10001:10001
EXPOSE 8080
CMD ["dotnet", "Shop.dll"]
