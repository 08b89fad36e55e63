FROM eclipse-temurin:21-jdk AS build
# It starts the version that project/build.properties names.
RUN curl -fsSL --retry 5 -o /opt/sbt-launch.jar https://repo1.maven.org/maven2/org/scala-sbt/sbt-launch/1.11.7/sbt-launch-1.11.7.jar
COPY [".", "/app/"]
# A build's context holds what a commit does not: the Dockerfile; in a clone also local settings.
# Files come with the date 1970, which some plugins take for a file that is not there.
RUN find /app \( -name Dockerfile.kyozo -o -name .git -o -name .gradle -o -name .env -o -name .env.local \) -prune -exec rm -rf {} + \
    && find /app -type f -exec touch -d 2000-01-01 {} +
WORKDIR "/app"
# What is downloaded stays in the cache: a change of code downloads nothing. One build at a time may write there.
RUN --mount=type=cache,target=/root/.cache,sharing=locked ["java", "-Dsbt.boot.directory=/root/.cache/sbt-boot", "-Dsbt.ivy.home=/root/.cache/ivy", "-jar", "/opt/sbt-launch.jar", "stage"]
# The start script has the project's name, which may be any.
RUN <<'SH'
set -e
stage=$(find . -type d -name bin \( -path '*/build/install/*' -o -path '*/target/universal/stage/*' \) | sort | head -n 1)
cp -R "${stage%/bin}" /out
rm -f /out/bin/*.bat
script=$(find /out/bin -type f | sort | head -n 1)
mv "$script" /out/bin/service
chmod 755 /out/bin/service
SH

FROM eclipse-temurin:21-jre
ENV HOME=/tmp PORT=9000 JAVA_TOOL_OPTIONS="-XX:MaxRAMPercentage=75"
WORKDIR /app
COPY --from=build /out/ ./
USER 10001:10001
EXPOSE 9000
CMD ["bin/service", "-Dpidfile.path=/dev/null", "-Dhttp.port=9000"]
