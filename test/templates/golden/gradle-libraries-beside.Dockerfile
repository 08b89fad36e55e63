FROM gradle:8-jdk21 AS build
ENV GRADLE_USER_HOME=/home/gradle/.gradle
COPY [".", "/app/"]
# A build's context holds what a commit does not: the Dockerfile; in a clone also local settings.
# Files come with the date 1970, which some plugins take for a file that is not there.
RUN find /app \( -name Dockerfile.kyozo -o -name .git -o -name .gradle -o -name .env -o -name .env.local \) -prune -exec rm -rf {} + \
    && find /app -type f -exec touch -d 2000-01-01 {} +
WORKDIR "/app"
# Gradle itself puts no libraries beside an archive.
COPY <<'GRADLE' /opt/libraries.gradle
allprojects {
  afterEvaluate {
    if (plugins.hasPlugin('java')) {
      tasks.register('copyLibraries', Copy) {
        from configurations.runtimeClasspath
        into new File(projectDir, 'build/dependency')
      }
    }
  }
}
GRADLE
# What is downloaded stays in the cache: a change of code downloads nothing. One build at a time may write there.
RUN --mount=type=cache,target=/home/gradle/.gradle,sharing=locked ["gradle", "--no-daemon", "assemble", "-x", "test", "--init-script", "/opt/libraries.gradle", "copyLibraries"]
# The largest archive with a main class, or else the largest one; libraries lie beside it, where the build puts them there.
RUN <<'SH'
set -e
mkdir -p /out/lib
for folder in target/dependency build/dependency lib; do
  if [ -d "$folder" ]; then find "$folder" -maxdepth 1 -name '*.jar' -exec cp {} /out/lib/ \;; fi
done
for folder in target build dist out; do
  if [ -d "$folder" ]; then find "$folder" -maxdepth 3 -name '*.jar' ! -path '*/dependency/*' ! -path '*/lib/*' ! -name 'original-*' -printf '%s %p\n'; fi
done | grep -Ev -- '-(plain|sources|javadoc|tests)[.]jar$' | sort -rn | cut -d ' ' -f 2- > /tmp/archives
chosen=$(head -n 1 /tmp/archives)
while read -r archive; do
  rm -rf /tmp/manifest && mkdir /tmp/manifest
  (cd /tmp/manifest && jar xf "$OLDPWD/$archive" META-INF/MANIFEST.MF)
  if grep -qs '^Main-Class:' /tmp/manifest/META-INF/MANIFEST.MF; then chosen=$archive && break; fi
done < /tmp/archives
cp "$chosen" /out/application.jar
SH

FROM eclipse-temurin:21-jre
ENV HOME=/tmp PORT=8080 JAVA_TOOL_OPTIONS="-XX:MaxRAMPercentage=75"
WORKDIR /app
COPY --from=build /out/lib/ ./lib/
COPY --from=build /out/application.jar ./
USER 10001:10001
EXPOSE 8080
CMD ["java", "-cp", "application.jar:lib/*", "shop.Main"]
