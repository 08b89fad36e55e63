FROM golang:1.25 AS build
ENV CGO_ENABLED=0
WORKDIR /probe
COPY <<'GO' main.go
// Probe asks a service whether it is healthy: the image has no other program that could.
package main

import (
	"net"
	"net/http"
	"os"
	"time"
)

func main() {
	if len(os.Args) != 3 || !answers(os.Args[1], os.Args[2]) {
		os.Exit(1)
	}
}

func answers(kind, target string) bool {
	if kind == "tcp" {
		connection, err := net.DialTimeout("tcp", "127.0.0.1:"+target, 5*time.Second)
		if err != nil {
			return false
		}
		return connection.Close() == nil
	}
	client := http.Client{Timeout: 5 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Get(target)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	return response.StatusCode < 400
}
GO
RUN --mount=type=cache,target=/root/.cache/go-build go build -trimpath -ldflags='-s -w' -o /out/usr/local/bin/probe main.go
RUN mkdir -p /out/etc/ssl/certs /out/app && mkdir -m 1777 /out/tmp && cp /etc/ssl/certs/ca-certificates.crt /out/etc/ssl/certs/

WORKDIR "/app"
COPY ["go.mod", "go.sum", "/app/"]
COPY ["vendor/modules.txt", "/app/vendor/"]
COPY [".", "/app/"]
WORKDIR "/app"
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build ["go", "build", "-trimpath", "-ldflags=-s -w", "-o", "/out/usr/local/bin/service", "."]
# Pages, migrations and other files that the program may read while it runs.
WORKDIR "/app"
RUN cp -R . /out/app/ && find /out/app \( -name vendor -o -name Dockerfile.kyozo -o -name .git -o -name .env -o -name '*.go' -o -name go.mod -o -name go.sum -o -name 'go.work*' \) -prune -exec rm -rf {} + \
    && find /out/app -mindepth 1 -type d -empty -delete

FROM scratch
ENV PATH=/usr/local/bin HOME=/tmp PORT=8080
COPY --from=build /out/ /
WORKDIR /app
USER 10001:10001
EXPOSE 8080
CMD ["/usr/local/bin/service"]
