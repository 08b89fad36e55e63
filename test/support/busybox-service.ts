// Services that build in a moment: static BusyBox behind their own Dockerfile.

const www = (text: string) => `RUN mkdir /www && echo ${text} > /www/index.html`
const serve = 'CMD ["httpd", "-f", "-p", "8080", "-h", "/www"]'

/** Answers with its name and version. */
export function busyboxService(name: string, version: string): Record<string, string> {
  return dockerfile(name, [www(`${name} ${version}`), 'USER 10001', 'EXPOSE 8080', serve])
}

/** As `busyboxService`, and keeps a volume. */
export function keepingService(name: string, version: string): Record<string, string> {
  return dockerfile(name, [www(`${name} ${version}`), 'VOLUME /data', 'USER 10001', 'EXPOSE 8080', serve])
}

/** Answers with its name, its version and the secret that it reads from `TILL_KEY`; with `nothing` where it is given none. */
export function tellingService(name: string, version: string): Record<string, string> {
  const tell = `mkdir /tmp/www; echo ${name} ${version} $TILL_KEY > /tmp/www/index.html; exec httpd -f -p 8080 -h /tmp/www`
  return dockerfile(name, ['ENV TILL_KEY=nothing', 'USER 10001', 'EXPOSE 8080', `CMD ["sh", "-c", "${tell}"]`])
}

/** Says a sentence and ends with 3. */
export function crashingService(name: string): Record<string, string> {
  return dockerfile(name, ['USER 10001', 'EXPOSE 8080', 'CMD ["sh", "-c", "echo the till is empty; exit 3"]'])
}

/** What follows `FROM`, as the only file of the service's folder. */
export function dockerfile(name: string, lines: readonly string[]): Record<string, string> {
  return { [`${name}/Dockerfile`]: ['FROM busybox:stable', ...lines, ''].join('\n') }
}
