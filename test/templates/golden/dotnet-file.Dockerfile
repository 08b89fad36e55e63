FROM mcr.microsoft.com/dotnet/sdk:10.0 AS base
ENV DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

# A build's context holds what a commit does not: the Dockerfile; in a clone also what was built there, and local settings.
FROM base AS source
COPY [".", "/app/"]
RUN find /app \( -name obj -o -path '*/bin/Debug' -o -path '*/bin/Release' -o -name Dockerfile.kyozo -o -name .git -o -name .env -o -name .env.local \) -prune -exec rm -rf {} +

FROM base AS build
COPY --from=source /app /app
WORKDIR "/app"
RUN --mount=type=cache,target=/root/.nuget/packages ["dotnet", "publish", "app.cs", "-c", "Release", "-o", "out", "-p:PublishAot=false"]

FROM mcr.microsoft.com/dotnet/aspnet:10.0
# A program for an older .NET runs on this one, where that is the oldest that there is.
ENV HOME=/tmp DOTNET_ROLL_FORWARD=Major PORT=8080 ASPNETCORE_HTTP_PORTS=8080
WORKDIR /app
COPY --from=build ["/app/out/", "./"]
USER 10001:10001
EXPOSE 8080
CMD ["dotnet", "app.dll"]
