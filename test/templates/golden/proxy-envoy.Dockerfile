FROM busybox:1.37 AS source
COPY [".", "/app/"]
WORKDIR "/app"
# A build's context holds what a commit does not.
RUN find . \( -name node_modules -o -name Dockerfile.kyozo -o -name .git -o -name '.env*' \) -prune -exec rm -rf {} +
RUN mkdir /out && cp -R -- ./. /out/
RUN cp -- envoy.yaml /tmp/main && mv /tmp/main /out/main.yaml

FROM envoyproxy/envoy:v1.34.1
COPY --from=source /out/ /etc/envoy/
USER 101:101
EXPOSE 80
CMD ["envoy", "-c", "/etc/envoy/main.yaml"]
