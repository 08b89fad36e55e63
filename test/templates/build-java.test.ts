// Services on the JVM, detected, built by the real builder and run without a writable disk, capabilities or new privileges.
import { describe, expect, test } from 'vitest'
import { answersOf } from './support/answers.ts'
import { filesOf } from './support/services.ts'

const project = (inner: string) =>
  `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>com.example</groupId><version>1.0</version>
<properties><maven.compiler.release>17</maven.compiler.release><project.build.sourceEncoding>UTF-8</project.build.sourceEncoding></properties>
${inner}</project>\n`

const parent = '<parent><groupId>com.example</groupId><artifactId>all</artifactId><version>1.0</version></parent>'

const server = (words: string, home = 'shop') => `${home === '' ? '' : `package ${home};\n`}
import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;

public class Main {
  public static void main(String[] args) throws Exception {
    HttpServer server = HttpServer.create(new InetSocketAddress(Integer.parseInt(System.getenv().getOrDefault("PORT", "8080"))), 0);
    server.createContext("/", exchange -> {
      byte[] body = (${words}).getBytes("UTF-8");
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
      exchange.close();
    });
    server.start();
  }
}
`

describe('Java', { timeout: 300_000 }, () => {
  test('a program that Maven builds, with its libraries beside it', async () => {
    const gson = '<dependency><groupId>com.google.code.gson</groupId><artifactId>gson</artifactId><version>2.10</version></dependency>'
    const files = filesOf({
      'pom.xml': project(`<artifactId>shop</artifactId><dependencies>${gson}</dependencies>`),
      'src/main/java/shop/Main.java': server('new com.google.gson.Gson().toJson(java.util.List.of("from", "a library"))'),
    })
    expect(await answersOf(files)).toEqual(['["from","a library"]'])
  })

  test('a module of a build, with a shared module and without the sources of its neighbours', async () => {
    const words = '<dependency><groupId>com.example</groupId><artifactId>words</artifactId><version>1.0</version></dependency>'
    const modules = '<module>libs/words</module><module>services/api</module><module>services/other</module>'
    const files = filesOf({
      'pom.xml': project(`<artifactId>all</artifactId><packaging>pom</packaging><modules>${modules}</modules>`),
      'libs/words/pom.xml': `<project><modelVersion>4.0.0</modelVersion>${parent.replace('</version>', '</version><relativePath>../../pom.xml</relativePath>')}<artifactId>words</artifactId></project>`,
      'libs/words/src/main/java/words/Words.java':
        'package words;\n\npublic class Words {\n  public static final String ALL = "shared words";\n}\n',
      'services/api/pom.xml': `<project><modelVersion>4.0.0</modelVersion>${parent.replace('</version>', '</version><relativePath>../../pom.xml</relativePath>')}<artifactId>api</artifactId><dependencies>${words}</dependencies></project>`,
      'services/api/src/main/java/shop/Main.java': server('words.Words.ALL'),
      'services/other/pom.xml': `<project><modelVersion>4.0.0</modelVersion>${parent.replace('</version>', '</version><relativePath>../../pom.xml</relativePath>')}<artifactId>other</artifactId></project>`,
      'services/other/src/main/java/Broken.java': 'this does not compile',
    })
    expect(await answersOf(files, { at: 'services/api' })).toEqual(['shared words'])
  })

  test('a web archive, on a container whose disk is read-only', async () => {
    const files = filesOf({
      'pom.xml': project(
        '<artifactId>pages</artifactId><packaging>war</packaging><build><finalName>pages</finalName><plugins><plugin><artifactId>maven-war-plugin</artifactId><version>3.3.2</version></plugin></plugins></build><dependencies><dependency><groupId>jakarta.servlet</groupId><artifactId>jakarta.servlet-api</artifactId><version>5.0.0</version><scope>provided</scope></dependency></dependencies>',
      ),
      'src/main/webapp/index.jsp': 'seven is <%= 3 + 4 %>',
      'src/main/webapp/page.html': 'a plain page',
      'src/main/webapp/WEB-INF/web.xml': '<web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="5.0"/>',
    })
    expect(await answersOf(files, { paths: ['/', '/page.html'] })).toEqual(['seven is 7', 'a plain page'])
  })

  test('the start command that a Procfile states', async () => {
    const manifest =
      '<configuration><archive><manifest><mainClass>shop.Main</mainClass></manifest></archive></configuration></plugin></plugins></build>'
    const files = filesOf({
      'pom.xml': project(
        `<artifactId>shop</artifactId><build><plugins><plugin><artifactId>maven-jar-plugin</artifactId><version>3.3.0</version>${manifest}`,
      ),
      Procfile: 'web: java -Dgreeting=hi -jar target/shop-1.0.jar\n',
      'src/main/java/shop/Main.java': server('System.getProperty("greeting")'),
    })
    expect(await answersOf(files)).toEqual(['hi'])
  })

  test('source without a build file, and a file beside it', async () => {
    const files = filesOf({
      'Main.java': server('java.nio.file.Files.readString(java.nio.file.Path.of("words.txt")) + Helper.END', ''),
      'Helper.java': 'class Helper {\n  static final String END = "!";\n}\n',
      'words.txt': 'from a file',
    })
    expect(await answersOf(files)).toEqual(['from a file!'])
  })
})
