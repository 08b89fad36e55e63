FROM clojure:temurin-21-tools-deps AS build
COPY [".", "/app/"]
# A build's context holds what a commit does not: the Dockerfile; in a clone also local settings.
# Files come with the date 1970, which some plugins take for a file that is not there.
RUN find /app \( -name Dockerfile.kyozo -o -name .git -o -name .gradle -o -name .env -o -name .env.local \) -prune -exec rm -rf {} + \
    && find /app -type f -exec touch -d 2000-01-01 {} +
WORKDIR "/app"
# The libraries lie beside the source, and a file says in which order they are searched.
ENV GITLIBS=/app/.gitlibs
RUN clojure -Sdeps '{:mvn/local-repo "/app/.m2"}' -Spath > .classpath

FROM eclipse-temurin:21-jre
ENV HOME=/tmp PORT=8080 JAVA_TOOL_OPTIONS="-XX:MaxRAMPercentage=75"
COPY --from=build /app /app
WORKDIR "/app"
USER 10001:10001
EXPOSE 8080
CMD ["sh", "-c", "exec java -cp \"$(cat .classpath)\" clojure.main -m \"$0\"", "shop.core"]
