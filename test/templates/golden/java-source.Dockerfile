FROM eclipse-temurin:21-jdk AS build
COPY [".", "/app/"]
# A build's context holds what a commit does not: the Dockerfile; in a clone also local settings.
# Files come with the date 1970, which some plugins take for a file that is not there.
RUN find /app \( -name Dockerfile.kyozo -o -name .git -o -name .gradle -o -name .env -o -name .env.local \) -prune -exec rm -rf {} + \
    && find /app -type f -exec touch -d 2000-01-01 {} +
WORKDIR "/app"
RUN mkdir -p /out && cp -R . /out/files && find /out/files -name '*.java' -delete \
    && javac -encoding UTF-8 -cp '.:lib/*' -sourcepath . -d /out/classes ./Main.java

FROM eclipse-temurin:21-jre
ENV HOME=/tmp PORT=8080 JAVA_TOOL_OPTIONS="-XX:MaxRAMPercentage=75"
WORKDIR /app
COPY --from=build /out/files/ ./
COPY --from=build /out/classes/ /opt/classes/
USER 10001:10001
EXPOSE 8080
CMD ["java", "-cp", "/opt/classes:.:lib/*", "Main"]
