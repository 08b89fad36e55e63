FROM maven:3.9-eclipse-temurin-21 AS build
COPY [".", "/app/"]
# A build's context holds what a commit does not: the Dockerfile; in a clone also local settings.
# Files come with the date 1970, which some plugins take for a file that is not there.
RUN find /app \( -name Dockerfile.kyozo -o -name .git -o -name .gradle -o -name .env -o -name .env.local \) -prune -exec rm -rf {} + \
    && find /app -type f -exec touch -d 2000-01-01 {} +
WORKDIR "/app"
# What is downloaded stays in the cache: a change of code downloads nothing. One build at a time may write there.
RUN --mount=type=cache,target=/root/.m2,sharing=locked ["mvn", "-B", "-DskipTests", "package"]
RUN <<'SH'
set -e
mkdir -p /out/lib /out/app /out/quarkus
for folder in target/quarkus-app build/quarkus-app; do
  if [ -d "$folder" ]; then cp -R "$folder/." /out/; fi
done
# A build that puts everything into one archive makes no such folder.
if [ ! -f /out/quarkus-run.jar ]; then cp "$(ls -S target/*-runner.jar build/*-runner.jar 2>/dev/null | head -n 1)" /out/quarkus-run.jar; fi
SH

FROM eclipse-temurin:21-jre
ENV HOME=/tmp PORT=8080 JAVA_TOOL_OPTIONS="-XX:MaxRAMPercentage=75" QUARKUS_HTTP_PORT=8080
WORKDIR /app
COPY --from=build /out/lib/ ./lib/
COPY --from=build /out/*.jar ./
COPY --from=build /out/app/ ./app/
COPY --from=build /out/quarkus/ ./quarkus/
USER 10001:10001
EXPOSE 8080
CMD ["java", "-jar", "quarkus-run.jar"]
