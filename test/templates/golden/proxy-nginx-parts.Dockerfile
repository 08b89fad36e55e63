FROM busybox:1.37 AS source
COPY [".", "/app/"]
WORKDIR "/app"
# A build's context holds what a commit does not.
RUN find . \( -name node_modules -o -name Dockerfile.kyozo -o -name .git -o -name '.env*' \) -prune -exec rm -rf {} +
RUN mkdir /out && cp -R -- ./. /out/
RUN mkdir -p /out/conf.d /out/templates
RUN cp -- conf.d/default.conf /out/conf.d/
COPY <<'NGINX' /out/nginx.conf
worker_processes auto;
pid /tmp/nginx.pid;
error_log /dev/stderr warn;
events {
  worker_connections 1024;
}
http {
  include /etc/nginx/mime.types;
  default_type application/octet-stream;
  access_log /dev/stdout;
  server_tokens off;
  client_body_temp_path /tmp/client_body;
  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi;
  scgi_temp_path /tmp/scgi;
  include /etc/nginx/conf.d/*.conf;
  include /tmp/*.conf;
}
NGINX

FROM nginx:1.28-alpine-slim
# Templates of configurations become configurations when it starts, where it may write.
ENV NGINX_ENVSUBST_OUTPUT_DIR=/tmp PORT=80
# What is mounted on a folder when it runs takes that folder's mode.
RUN rm -rf /etc/nginx/conf.d/* && chmod 1777 /run /var/cache/nginx
COPY --from=source /out/ /etc/nginx/
USER 101:101
EXPOSE 80
STOPSIGNAL SIGQUIT
CMD ["nginx", "-g", "daemon off;"]
