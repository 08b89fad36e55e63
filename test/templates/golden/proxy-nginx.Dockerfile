FROM busybox:1.37 AS source
COPY [".", "/app/"]
WORKDIR "/app"
# A build's context holds what a commit does not.
RUN find . \( -name node_modules -o -name Dockerfile.kyozo -o -name .git -o -name '.env*' \) -prune -exec rm -rf {} +
RUN mkdir /out && cp -R -- ./. /out/
RUN rm -f /out/nginx.conf && cp -- nginx.conf /out/nginx.conf

FROM nginx:1.28-alpine-slim
# Templates of configurations become configurations when it starts, where it may write.
ENV NGINX_ENVSUBST_OUTPUT_DIR=/tmp PORT=8080
# What is mounted on a folder when it runs takes that folder's mode.
RUN rm -rf /etc/nginx/conf.d/* && chmod 1777 /run /var/cache/nginx
COPY --from=source /out/ /etc/nginx/
USER 101:101
EXPOSE 8080
STOPSIGNAL SIGQUIT
CMD ["nginx", "-g", "daemon off;"]
