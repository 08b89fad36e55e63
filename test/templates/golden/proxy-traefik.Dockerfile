FROM busybox:1.37 AS source
COPY [".", "/app/"]
WORKDIR "/app"
# A build's context holds what a commit does not.
RUN find . \( -name node_modules -o -name Dockerfile.kyozo -o -name .git -o -name '.env*' \) -prune -exec rm -rf {} +
RUN mkdir /out && cp -R -- ./. /out/
RUN mkdir /dynamic && cp -- dynamic.yml /dynamic/

FROM traefik:v3.5
COPY --from=source /dynamic/ /etc/traefik/dynamic/
USER 10001:10001
EXPOSE 80
CMD ["traefik", "--entryPoints.web.address=:80", "--providers.file.directory=/etc/traefik/dynamic"]
