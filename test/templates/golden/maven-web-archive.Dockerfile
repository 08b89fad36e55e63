FROM maven:3.9-eclipse-temurin-11 AS build
COPY [".", "/app/"]
# A build's context holds what a commit does not: the Dockerfile; in a clone also local settings.
# Files come with the date 1970, which some plugins take for a file that is not there.
RUN find /app \( -name Dockerfile.kyozo -o -name .git -o -name .gradle -o -name .env -o -name .env.local \) -prune -exec rm -rf {} + \
    && find /app -type f -exec touch -d 2000-01-01 {} +
WORKDIR "/app"
# What is downloaded stays in the cache: a change of code downloads nothing. One build at a time may write there.
RUN --mount=type=cache,target=/root/.m2,sharing=locked ["mvn", "-B", "-DskipTests", "package"]
# Unpacked here, because a container's root is read-only.
RUN <<'SH'
set -e
archive=$(ls -S target/*.war build/libs/*.war build/*.war dist/*.war *.war 2>/dev/null | head -n 1)
mkdir -p /out/ROOT
archive=$(realpath "$archive")
cd /out/ROOT
jar xf "$archive"
SH

# Version 9 is the last that runs programs written for javax.servlet.
FROM tomcat:9.0-jre11
COPY <<'XML' /usr/local/tomcat/conf/server.xml
<?xml version="1.0" encoding="UTF-8"?>
<Server port="-1">
  <Listener className="org.apache.catalina.core.JreMemoryLeakPreventionListener" />
  <Service name="Catalina">
    <Connector port="8080" protocol="HTTP/1.1" connectionTimeout="20000" />
    <Engine name="Catalina" defaultHost="localhost">
      <Host name="localhost" appBase="webapps" workDir="/tmp/work" unpackWARs="false" autoDeploy="false" createDirs="false">
        <Valve className="org.apache.catalina.valves.RemoteIpValve" protocolHeader="x-forwarded-proto" />
        <Valve className="org.apache.catalina.valves.ErrorReportValve" showReport="false" showServerInfo="false" />
      </Host>
    </Engine>
  </Service>
</Server>
XML
COPY <<'LOGGING' /usr/local/tomcat/conf/logging.properties
handlers = java.util.logging.ConsoleHandler
.handlers = java.util.logging.ConsoleHandler
java.util.logging.ConsoleHandler.level = INFO
java.util.logging.ConsoleHandler.formatter = org.apache.juli.OneLineFormatter
LOGGING
ENV HOME=/tmp CATALINA_TMPDIR=/tmp PORT=8080 JAVA_TOOL_OPTIONS="-XX:MaxRAMPercentage=75"
COPY --from=build /out/ROOT /usr/local/tomcat/webapps/ROOT
USER 10001:10001
EXPOSE 8080
CMD ["catalina.sh", "run"]
