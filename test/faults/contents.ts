// What the repositories of histories hold: three services of static BusyBox that build in a moment and answer with their version.
import type { Content, ServiceName } from './acts.ts'

export interface ServiceContent {
  readonly content: Exclude<Content, 'docs'>
  readonly version: number
}

export type Contents = Readonly<Record<ServiceName, ServiceContent>>

/** All files of a commit. `readme` differs between commits that change nothing else. */
export function filesOf(contents: Contents, readme: number): Record<string, string> {
  return {
    'README.md': `Version ${readme}\n`,
    'kyozo.yaml': 'services:\n  web:\n    resources: {memory: 24Mi}\n  data:\n    resources: {memory: 24Mi}\n',
    'web/Dockerfile': dockerfile('web', contents.web),
    'data/Dockerfile': dockerfile('data', contents.data),
    'still/Dockerfile': dockerfile('still', contents.still),
  }
}

/** Whether it can be built and be healthy at all. */
export function canRun({ content }: ServiceContent): boolean {
  return content === 'good'
}

/** What a healthy service answers. */
export function bodyOf(service: ServiceName, version: number): string {
  return `${service} ${version}`
}

function dockerfile(service: ServiceName, { content, version }: ServiceContent): string {
  const lines = [
    'FROM busybox:stable',
    `RUN mkdir /www /data && chown 10001 /data && ln -s /data/marker /www/marker && echo ${bodyOf(service, version)} > /www/index.html`,
    ...(content === 'failing build' ? ['RUN echo there is no such shop; exit 7'] : []),
    ...(service === 'data' ? ['VOLUME /data'] : []),
    'USER 10001',
    'EXPOSE 8080',
    commands[content],
  ]
  return `${lines.join('\n')}\n`
}

const serving = 'CMD ["httpd", "-f", "-p", "8080", "-h", "/www"]'
const commands: Readonly<Record<ServiceContent['content'], string>> = {
  good: serving,
  'failing build': serving,
  'never healthy': 'CMD ["sleep", "1000"]',
  'crash looping': 'CMD ["sh", "-c", "echo the till is empty; exit 3"]',
  'out of memory': 'CMD ["tail", "/dev/zero"]',
}
