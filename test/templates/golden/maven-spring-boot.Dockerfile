FROM maven:3.9-eclipse-temurin-21 AS build
COPY [".", "/app/"]
# A build's context holds what a commit does not: the Dockerfile; in a clone also local settings.
# Files come with the date 1970, which some plugins take for a file that is not there.
RUN find /app \( -name Dockerfile.kyozo -o -name .git -o -name .gradle -o -name .env -o -name .env.local \) -prune -exec rm -rf {} + \
    && find /app -type f -exec touch -d 2000-01-01 {} +
WORKDIR "/app"
# What is downloaded stays in the cache: a change of code downloads nothing. One build at a time may write there.
RUN --mount=type=cache,target=/root/.m2,sharing=locked ["mvn", "-B", "-DskipTests", "package"]
# The archive in parts that change with the dependencies or with the code. Spring Boot 3.3 and later can take itself apart.
RUN <<'SH'
set -e
mkdir -p /out/dependencies /out/spring-boot-loader /out/snapshot-dependencies /out/application
archive=$(ls -S target/*.?ar build/libs/*.?ar 2>/dev/null | grep -Ev -- '-(plain|sources|javadoc|tests)[.][jw]ar$' | head -n 1)
cp "$archive" /tmp/application.jar
cd /tmp
if ! jar tf application.jar | grep -q 'lib/spring-boot-jarmode-tools'; then
  mv application.jar /out/application/
  exit 0
fi
java -Djarmode=tools -jar application.jar extract --layers --destination layers
for layer in layers/*; do
  target=/out/${layer#layers/}
  if [ ! -d "$target" ]; then target=/out/application; fi
  cp -R "$layer/." "$target/"
done
SH

FROM eclipse-temurin:21-jre
ENV HOME=/tmp PORT=8080 JAVA_TOOL_OPTIONS="-XX:MaxRAMPercentage=75" SERVER_PORT=8080
WORKDIR /app
COPY --from=build /out/dependencies/ ./
COPY --from=build /out/spring-boot-loader/ ./
COPY --from=build /out/snapshot-dependencies/ ./
COPY --from=build /out/application/ ./
USER 10001:10001
EXPOSE 8080
CMD ["java", "-jar", "application.jar"]
