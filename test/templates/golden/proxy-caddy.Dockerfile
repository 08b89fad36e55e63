FROM busybox:1.37 AS source
COPY [".", "/app/"]
WORKDIR "/app"
# A build's context holds what a commit does not.
RUN find . \( -name node_modules -o -name Dockerfile.kyozo -o -name .git -o -name '.env*' \) -prune -exec rm -rf {} +
RUN mkdir /out && cp -R -- ./. /out/
RUN rm -f /out/Caddyfile && cp -- Caddyfile /out/Caddyfile

# A copy of the program has no right to ports below 1024, which a container gives to everybody, and therefore starts without any right.
FROM caddy:2.10-alpine AS program
RUN cp /usr/bin/caddy /caddy

FROM caddy:2.10-alpine
ENV HOME=/tmp PORT=80
COPY --from=program /caddy /usr/bin/caddy
# What is mounted on a folder when it runs takes that folder's mode.
RUN chmod 1777 /data /config
COPY --from=source /out/ /etc/caddy/
USER 10001:10001
EXPOSE 80
CMD ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"]
