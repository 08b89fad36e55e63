FROM busybox:1.37 AS source
COPY [".", "/app/"]
WORKDIR "/app"
# A build's context holds what a commit does not.
RUN find . \( -name node_modules -o -name Dockerfile.kyozo -o -name .git -o -name '.env*' \) -prune -exec rm -rf {} +
RUN mkdir /out && cp -R -- ./. /out/
# The image's process has no root to give up, no folder to lock itself into and no background to go to.
RUN sed -E '/^[ \t]+(chroot[ \t].*|daemon|user[ \t]+haproxy|group[ \t]+haproxy|stats[ \t]+socket[ \t].*)[ \t]*$/d' haproxy.cfg > /tmp/haproxy.cfg && mv /tmp/haproxy.cfg /out/haproxy.cfg

FROM haproxy:3.2-alpine
COPY --from=source /out/ /usr/local/etc/haproxy/
USER 99:99
EXPOSE 80
CMD ["haproxy", "-f", "/usr/local/etc/haproxy/haproxy.cfg"]
