// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the variables are those of the files under test.
import { describe, expect, test } from 'vitest'
import { serviceNamed } from './summary.ts'

const pom =
  '<project><artifactId>orders</artifactId><dependencies><dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-web</artifactId></dependency></dependencies></project>'
const app = {
  'pom.xml': pom,
  'src/main/java/a/App.java':
    'package a;\n@SpringBootApplication class App {\n  public static void main(String[] args) { SpringApplication.run(App.class); }\n}\n',
  'src/main/resources/application.properties': 'server.port=8083\n',
  'src/main/resources/application-prod.properties': 'server.port=8090\napp.name=shop\n',
}
const portOf = (files: Record<string, string>) => serviceNamed({ ...app, ...files }, 'orders').port
const composeFile = 'services:\n  orders:\n    build: .\n    environment:\n'

describe('The port of a profile’s file', () => {
  test('is not taken when nothing turns the profile on', () => {
    expect(portOf({})).toBe(8083)
    expect(portOf({ Procfile: 'web: java -Dspring.profiles.active=cloud -jar target/orders.jar\n' })).toBe(8083)
    expect(portOf({ 'src/main/resources/application.properties': '' })).toBe(8080)
  })

  test.each([
    ['the Dockerfile’s ENV', { Dockerfile: 'FROM eclipse-temurin:21\nENV SPRING_PROFILES_ACTIVE=prod\nCOPY app.jar .\nCMD ["java", "-jar", "app.jar"]\n' }],
    ['the Dockerfile’s command', { Dockerfile: 'FROM eclipse-temurin:21\nCOPY app.jar .\nCMD ["java", "-Dspring.profiles.active=cloud,prod", "-jar", "app.jar"]\n' }],
    ['the compose file’s map', { Dockerfile: 'FROM eclipse-temurin:21\nCOPY app.jar .\n', 'compose.yaml': `${composeFile}      SPRING_PROFILES_ACTIVE: "prod"\n` }],
    ['the compose file’s list', { Dockerfile: 'FROM eclipse-temurin:21\nCOPY app.jar .\n', 'docker-compose.yml': `${composeFile}      - SPRING_PROFILES_ACTIVE=\${PROFILE:-prod}\n` }],
    ['the Procfile', { Procfile: 'web: java -jar target/orders.jar --spring.profiles.active=prod\n' }],
    ['the settings for all', { 'src/main/resources/application.properties': 'spring.profiles.active=${PROFILE:prod}\nserver.port=8083\n' }],
    ['fly.toml', { 'fly.toml': '[env]\n  SPRING_PROFILES_ACTIVE = "prod"\n' }],
  ])('is taken when %s does', (_, files) => expect(portOf(files as unknown as Record<string, string>)).toBe(8090)) // biome-ignore format: a table

  test('is told apart in one file’s documents as well', () => {
    const yaml = 'server:\n  port: 8083\n---\nspring:\n  config:\n    activate:\n      on-profile: prod\nserver:\n  port: 8090\n'
    const files = {
      'pom.xml': pom,
      'src/main/java/a/App.java': app['src/main/java/a/App.java'],
      'src/main/resources/application.yml': yaml,
    }
    expect(serviceNamed(files, 'orders').port).toBe(8083)
    expect(serviceNamed({ ...files, Procfile: 'web: SPRING_PROFILES_ACTIVE=prod java -jar target/orders.jar\n' }, 'orders').port).toBe(8090)
  })
})
