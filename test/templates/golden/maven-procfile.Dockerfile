FROM maven:3.9-eclipse-temurin-21 AS build
COPY [".", "/app/"]
# A build's context holds what a commit does not: the Dockerfile; in a clone also local settings.
# Files come with the date 1970, which some plugins take for a file that is not there.
RUN find /app \( -name Dockerfile.kyozo -o -name .git -o -name .gradle -o -name .env -o -name .env.local \) -prune -exec rm -rf {} + \
    && find /app -type f -exec touch -d 2000-01-01 {} +
WORKDIR "/app"
# What is downloaded stays in the cache: a change of code downloads nothing. One build at a time may write there.
RUN --mount=type=cache,target=/root/.m2,sharing=locked ["mvn", "-B", "-DskipTests", "package"]
# The start command names files of the build's output, so they stay where they are.
RUN rm -rf src .gradle .mvn

FROM eclipse-temurin:21-jre
ENV HOME=/tmp PORT=8080 JAVA_TOOL_OPTIONS="-XX:MaxRAMPercentage=75"
COPY --from=build ["/app", "/app/"]
WORKDIR "/app"
USER 10001:10001
EXPOSE 8080
CMD ["sh", "-c", "exec java -Dserver.port=$PORT -jar target/shop-1.0.jar"]
