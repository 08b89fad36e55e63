FROM busybox:1.37 AS source
COPY [".", "/app/"]
# A build's context holds what a commit does not.
RUN find /app \( -name node_modules -o -name Dockerfile.kyozo -o -name .git -o -name '.env*' \) -prune -exec rm -rf {} +

FROM ruby:3.3 AS build-dependencies
ENV JEKYLL_ENV=production BRIDGETOWN_ENV=production LANG=C.UTF-8
WORKDIR "/app"
COPY ["Gemfile", "Gemfile.lock", "/app/"]
RUN --mount=type=cache,target=/bundle-cache bundle config set --global frozen true && BUNDLE_USER_CACHE=/bundle-cache bundle install --jobs 4

FROM build-dependencies AS build
COPY --from=source /app /app
WORKDIR "/app"
RUN ["bundle", "exec", "jekyll", "build"]

RUN ["cp", "-R", "--", "_site", "/site"]

FROM nginx:1.28-alpine-slim
COPY <<'NGINX' /etc/nginx/nginx.conf
worker_processes 1;
pid /tmp/nginx.pid;
error_log /dev/stderr warn;
events {
  worker_connections 1024;
}
http {
  include /etc/nginx/mime.types;
  default_type application/octet-stream;
  access_log off;
  sendfile on;
  server_tokens off;
  absolute_redirect off;
  gzip on;
  gzip_vary on;
  gzip_types text/css text/plain text/javascript application/javascript application/json application/manifest+json application/xml image/svg+xml;
  client_body_temp_path /tmp/client_body;
  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi;
  scgi_temp_path /tmp/scgi;
  server {
    listen 8080;
    root /usr/share/nginx/html;
    index index.html;
    error_page 404 /404.html;
    # Browsers ask again each time, and get a short answer when nothing has changed.
    add_header Cache-Control "no-cache";
    location / {
      try_files $uri $uri.html $uri/ =404;
    }
    location ~ /\.(?!well-known/) {
      return 404;
    }
  }
}
NGINX
RUN rm -rf /usr/share/nginx/html
COPY --from=build /site /usr/share/nginx/html
USER 10001:10001
EXPOSE 8080
STOPSIGNAL SIGQUIT
ENTRYPOINT []
CMD ["nginx", "-g", "daemon off;"]
