// The path under which a health route is really reached.
import { expect, test } from 'vitest'
import { json, serviceNamed } from './summary.ts'

const express = json({ name: 'app', scripts: { start: 'node server.js' }, dependencies: { express: '5' } })

function healthOf(files: Record<string, string>): unknown {
  const { health } = serviceNamed(files, 'app')
  return health?.kind === 'http' ? health.path : health?.kind
}

const node = (server: string, others: Record<string, string> = {}) => ({ 'package.json': express, 'server.js': server, ...others })

const python = (main: string, others: Record<string, string> = {}) => ({
  'pyproject.toml': '[project]\nname = "app"\ndependencies = ["fastapi", "uvicorn"]\n',
  'main.py': main,
  ...others,
})

const go = (main: string, others: Record<string, string> = {}) => ({
  'go.mod': 'module example.com/app\n\ngo 1.26\n',
  'main.go': `package main\n\n${main}`,
  ...others,
})

const rust = (framework: string, main: string, others: Record<string, string> = {}) => ({
  'Cargo.toml': `[package]\nname = "app"\nversion = "0.1.0"\n\n[dependencies]\n${framework} = "1"\n`,
  'src/main.rs': main,
  ...others,
}) // biome-ignore format: one file a line

test.each([
  ['a router below a path', node("const app = require('express')()\napp.use('/api/v1', require('./health'))\napp.listen(3000)\n", { 'health.js': "const r = require('express').Router()\nr.get('/health', ok)\nmodule.exports = r\n" }), '/api/v1/health'],
  ['a router below a router', node("import express from 'express'\nimport api from './api.js'\nconst app = express()\napp.use('/api', api)\napp.listen(3000)\n", { 'api.js': "import { Router } from 'express'\nimport health from './health.js'\nconst api = Router()\napi.use('/v2', health)\nexport default api\n", 'health.js': "import { Router } from 'express'\nconst router = Router()\nrouter.get('/health', ok)\nexport default router\n" }), '/api/v2/health'],
  ['a route of the application beside a router below a path', node("const app = require('express')()\napp.use('/api', require('./users'))\napp.get('/healthz', ok)\napp.listen(3000)\n", { 'users.js': "const r = require('express').Router()\nr.get('/users', ok)\nmodule.exports = r\n" }), '/healthz'],
  ['a router that answers at its own path', node("const app = require('express')()\napp.use('/health', require('./health'))\napp.listen(3000)\n", { 'health.js': "const r = require('express').Router()\nr.get('/', ok)\nmodule.exports = r\n" }), '/health'],
  ['a handler at a path', node("const app = require('express')()\napp.use('/api', api)\napp.use('/health', (req, res) => res.send('ok'))\napp.listen(3000)\n"), '/health'],
  ['a router below a path that a constant says', node("const app = require('express')()\nconst BASE = '/svc'\napp.use(BASE, require('./health'))\napp.listen(3000)\n", { 'health.js': "const r = require('express').Router()\nr.get('/health', ok)\nmodule.exports = r\n" }), '/svc/health'],
  ['a router below a path that nobody states', node("const app = require('express')()\napp.use(config.base, require('./health'))\napp.listen(3000)\n", { 'health.js': "const r = require('express').Router()\nr.get('/health', ok)\nmodule.exports = r\n" }), 'tcp'],
  ['a plugin with a prefix', node("import Fastify from 'fastify'\nimport routes from './routes.js'\nconst app = Fastify()\napp.register(routes, { prefix: '/api' })\napp.listen({ port: 3000 })\n", { 'routes.js': "export default async function (fastify) {\n  fastify.get('/health', async () => ({ ok: true }))\n}\n" }), '/api/health'],
  ['a function that is given the application', node("const app = require('express')()\napp.use('/api', api)\nrequire('./routes')(app)\napp.listen(3000)\n", { 'routes.js': "module.exports = (app) => {\n  app.get('/health', ok)\n}\n" }), '/health'],
  ['Hono below a path', node("import { Hono } from 'hono'\nconst api = new Hono()\napi.get('/health', (c) => c.text('ok'))\nconst app = new Hono()\napp.route('/api', api)\napp.listen(3000)\n"), '/api/health'],
  ['Hono with a base path', node("import { Hono } from 'hono'\nconst app = new Hono().basePath('/api')\napp.get('/health', (c) => c.text('ok'))\napp.listen(3000)\n"), '/api/health'],
  ['Elysia with a prefix', node("import { Elysia } from 'elysia'\nconst app = new Elysia({ prefix: '/api' })\napp.get('/health', () => 'ok')\napp.listen(3000)\n"), '/api/health'],
  ['a compared path', node("const app = require('express')()\napp.use('/api', api)\napp.use((req, res) => {\n  if (req.url === '/healthz') res.end('ok')\n})\napp.listen(3000)\n"), '/healthz'],
])('tells the whole path of %s in JavaScript', (_, files, path) => expect(healthOf(files as Record<string, string>)).toBe(path)) // biome-ignore format: a table

test.each([
  ['an included router', python('from fastapi import FastAPI\nimport health\napp = FastAPI()\napp.include_router(health.router, prefix="/api/v1")\n', { 'health.py': 'from fastapi import APIRouter\nrouter = APIRouter()\n@router.get("/health")\ndef ok(): ...\n' }), '/api/v1/health'],
  ['a router with a prefix of its own', python('from fastapi import FastAPI\nfrom health import router as health_router\napp = FastAPI()\napp.include_router(health_router)\n', { 'health.py': 'from fastapi import APIRouter\nrouter = APIRouter(prefix="/internal")\n@router.get("/health")\ndef ok(): ...\n' }), '/internal/health'],
  ['a router whose own path is the route', python('from fastapi import FastAPI\nfrom health import router\napp = FastAPI()\napp.include_router(router, prefix="/health")\n', { 'health.py': 'from fastapi import APIRouter\nrouter = APIRouter()\n@router.get("/")\ndef ok(): ...\n' }), '/health'],
  ['a prefix that the settings say', python('from fastapi import FastAPI\nfrom settings import settings\nfrom health import router\napp = FastAPI()\napp.include_router(router, prefix=settings.API_V1_STR)\n', { 'settings.py': 'class Settings:\n    API_V1_STR: str = "/api/v1"\nsettings = Settings()\n', 'health.py': 'from fastapi import APIRouter\nrouter = APIRouter()\n@router.get("/health")\ndef ok(): ...\n' }), '/api/v1/health'],
  ['a router below a router', python('from fastapi import FastAPI\nfrom api import api_router\napp = FastAPI()\napp.include_router(api_router, prefix="/api")\n', { 'api.py': 'from fastapi import APIRouter\nimport health\napi_router = APIRouter()\napi_router.include_router(health.router, prefix="/utils")\n', 'health.py': 'from fastapi import APIRouter\nrouter = APIRouter()\n@router.get("/health")\ndef ok(): ...\n' }), '/api/utils/health'],
  ['a route of the application', python('from fastapi import FastAPI\nimport users\napp = FastAPI()\napp.include_router(users.router, prefix="/users")\n@app.get("/health")\ndef ok(): ...\n', { 'users.py': 'from fastapi import APIRouter\nrouter = APIRouter()\n' }), '/health'],
  ['a mounted application', python('from fastapi import FastAPI\napi = FastAPI()\n@api.get("/health")\ndef ok(): ...\napp = FastAPI()\napp.mount("/api", api)\n'), '/api/health'],
  ['a Flask blueprint', python('from flask import Flask\nfrom health import bp\napp = Flask(__name__)\napp.register_blueprint(bp, url_prefix="/api")\n', { 'health.py': 'from flask import Blueprint\nbp = Blueprint("health", __name__)\n@bp.route("/health")\ndef ok(): ...\n' }), '/api/health'],
  ['a Flask blueprint of a factory', python('from flask import Flask\ndef create_app():\n    app = Flask(__name__)\n    from health import bp\n    app.register_blueprint(bp)\n    return app\napp = create_app()\n', { 'health.py': 'from flask import Blueprint\nbp = Blueprint("health", __name__, url_prefix="/api")\n@bp.route("/health")\ndef ok(): ...\n' }), '/api/health'],
  ['Starlette\'s mount', python('from starlette.applications import Starlette\nfrom starlette.routing import Mount, Route\napp = Starlette(routes=[Mount("/api", routes=[Route("/health", ok)])])\n'), '/api/health'],
  ['a prefix that nobody states', python('from fastapi import FastAPI\nimport health\napp = FastAPI()\napp.include_router(health.router, prefix=os.environ["BASE"])\n', { 'health.py': 'from fastapi import APIRouter\nrouter = APIRouter()\n@router.get("/health")\ndef ok(): ...\n' }), 'tcp'],
  ['an included module of Django', { 'requirements.txt': 'django\ngunicorn\n', 'manage.py': '', 'app/settings.py': '', 'app/wsgi.py': '', 'app/urls.py': "from django.urls import include, path\nurlpatterns = [\n    path('api/', include('core.urls')),\n]\n", 'core/__init__.py': '', 'core/urls.py': "from django.urls import path\nurlpatterns = [path('health/', ok)]\n" }, '/api/health/'],
])('tells the whole path of %s in Python', (_, files, path) => expect(healthOf(files as Record<string, string>)).toBe(path)) // biome-ignore format: a table

test.each([
  ['a group of gin', go('import "github.com/gin-gonic/gin"\n\nfunc main() {\n\tr := gin.Default()\n\tv1 := r.Group("/api").Group("/v1")\n\tapi := r.Group("/api")\n\tapi.GET("/health", ok)\n\tr.Run(":8080")\n}\n'), '/api/health'],
  ['a group of a group', go('import "github.com/labstack/echo/v4"\n\nfunc main() {\n\te := echo.New()\n\tapi := e.Group("/api")\n\tv1 := api.Group("/v1")\n\tv1.GET("/health", ok)\n\te.Start(":8080")\n}\n'), '/api/v1/health'],
  ['a route of chi', go('import "github.com/go-chi/chi/v5"\n\nfunc main() {\n\tr := chi.NewRouter()\n\tr.Route("/api", func(r chi.Router) {\n\t\tr.Get("/health", ok)\n\t})\n\thttp.ListenAndServe(":8080", r)\n}\n'), '/api/health'],
  ['a route beside that of chi', go('import "github.com/go-chi/chi/v5"\n\nfunc main() {\n\tr := chi.NewRouter()\n\tr.Route("/api", func(r chi.Router) {\n\t\tr.Get("/users", ok)\n\t})\n\tr.Get("/health", ok)\n\thttp.ListenAndServe(":8080", r)\n}\n'), '/health'],
  ['a mounted router', go('import "github.com/go-chi/chi/v5"\n\nfunc main() {\n\tr := chi.NewRouter()\n\tr.Mount("/internal", internal())\n\thttp.ListenAndServe(":8080", r)\n}\n\nfunc internal() http.Handler {\n\tr := chi.NewRouter()\n\tr.Get("/health", ok)\n\treturn r\n}\n'), '/internal/health'],
  ['a subrouter of gorilla', go('import "github.com/gorilla/mux"\n\nfunc main() {\n\tr := mux.NewRouter()\n\ts := r.PathPrefix("/api").Subrouter()\n\ts.HandleFunc("/health", ok)\n\thttp.ListenAndServe(":8080", r)\n}\n'), '/api/health'],
  ['a function that is given a group', go('import "github.com/gin-gonic/gin"\n\nfunc main() {\n\tr := gin.Default()\n\tregister(r.Group("/x"))\n\tapi := r.Group("/api")\n\tregister(api)\n\tr.Run(":8080")\n}\n\nfunc register(g *gin.RouterGroup) {\n\tg.GET("/health", ok)\n}\n'), '/api/health'],
])('tells the whole path of %s in Go', (_, files, path) => expect(healthOf(files as Record<string, string>)).toBe(path)) // biome-ignore format: a table

test.each([
  ['a nested router of axum', rust('axum', 'async fn main() {\n    let app = Router::new().nest("/api", Router::new().route("/health", get(ok)));\n    axum::serve(l, app).await;\n}\n'), '/api/health'],
  ['a nested function of axum', rust('axum', 'mod health;\nasync fn main() {\n    let app = Router::new().route("/", get(home)).nest("/api", health::routes());\n    axum::serve(l, app).await;\n}\n', { 'src/health.rs': 'pub fn routes() -> Router {\n    Router::new().route("/health", get(ok))\n}\n' }), '/api/health'],
  ['a route beside a nested router', rust('axum', 'async fn main() {\n    let api = Router::new().route("/users", get(ok));\n    let app = Router::new().route("/health", get(ok)).nest("/api", api);\n    axum::serve(l, app).await;\n}\n'), '/health'],
  ['a merged router', rust('axum', 'async fn main() {\n    let probes = Router::new().route("/health", get(ok));\n    let api = Router::new().route("/users", get(ok));\n    let app = Router::new().merge(probes).nest("/api", api);\n    axum::serve(l, app).await;\n}\n'), '/health'],
  ['a scope of actix', rust('actix-web', 'mod routes;\nasync fn main() {\n    HttpServer::new(|| App::new().service(web::scope("/api").service(routes::health))).bind(("0.0.0.0", 8080))?.run().await\n}\n', { 'src/routes.rs': '#[get("/health_check")]\npub async fn health() -> HttpResponse { HttpResponse::Ok().finish() }\n' }), '/api/health_check'],
  ['a service of actix beside a scope', rust('actix-web', '#[get("/health")]\nasync fn health() -> HttpResponse { ok() }\nasync fn main() {\n    HttpServer::new(|| App::new().service(health).service(web::scope("/api").service(users))).bind(("0.0.0.0", 8080))?.run().await\n}\n'), '/health'],
  ['a configured scope of actix', rust('actix-web', 'fn probes(cfg: &mut web::ServiceConfig) {\n    cfg.route("/health", web::get().to(ok));\n}\nasync fn main() {\n    HttpServer::new(|| App::new().service(web::scope("/api").configure(probes))).bind(("0.0.0.0", 8080))?.run().await\n}\n'), '/api/health'],
  ['a mount of Rocket', rust('rocket', '#[get("/health")] fn health() -> &\'static str { "ok" }\n#[launch] async fn rocket() -> _ { let db = connect().await; rocket::build().manage(db).mount("/v1", routes![health]) }\n'), '/v1/health'],
  ['a mount of Rocket at the root', rust('rocket', '#[get("/health")]\nfn health() -> &\'static str { "ok" }\n#[launch]\nfn rocket() -> _ {\n    rocket::build().mount("/", routes![health]).mount("/api", routes![users])\n}\n'), '/health'],
])('tells the whole path of %s in Rust', (_, files, path) => expect(healthOf(files as Record<string, string>)).toBe(path)) // biome-ignore format: a table

const mvn = (artifacts: string) => `<project><groupId>x</groupId><artifactId>app</artifactId><parent><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-parent</artifactId><version>3.4.1</version></parent><dependencies>${artifacts.split(' ').map((name) => `<dependency><groupId>org.springframework.boot</groupId><artifactId>${name}</artifactId></dependency>`).join('')}</dependencies></project>` // biome-ignore format: one line

const spring = (others: Record<string, string>) => ({
  'pom.xml': mvn('spring-boot-starter-web'),
  'src/main/java/x/ShopApplication.java': 'package x;\n@SpringBootApplication\npublic class ShopApplication {\n  public static void main(String[] args) { SpringApplication.run(ShopApplication.class, args); }\n}\n',
  ...others,
}) // biome-ignore format: one file a line

const web = (program: string, others: Record<string, string> = {}) => ({ 'App.csproj': '<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup></Project>', 'Program.cs': program, ...others }) // biome-ignore format: one line

const phoenix = (router: string) => ({ 'mix.exs': 'defmodule App.MixProject do\n  def project, do: [app: :app, deps: deps()]\n  def application, do: [mod: {App.Application, []}]\n  defp deps, do: [{:phoenix, "~> 1.8"}]\nend\n', 'lib/app_web/router.ex': router, 'lib/app/application.ex': 'defmodule App.Application do\nend\n' }) // biome-ignore format: one line

const nest = { 'package.json': json({ name: 'app', scripts: { 'start:prod': 'node dist/main' }, dependencies: { '@nestjs/core': '11' } }) }

test.each([
  ['a Spring controller that nothing imports', spring({ 'src/main/java/x/web/HealthController.java': '@RestController\n@RequestMapping("/api")\npublic class HealthController {\n  @GetMapping("/health")\n  String ok() { return "ok"; }\n}\n' }), '/api/health'],
  ['a Spring controller whose class says it all', spring({ 'src/main/java/x/web/HealthController.java': '@RestController\n@RequestMapping("health")\npublic class HealthController {\n  @GetMapping\n  String ok() { return "ok"; }\n}\n' }), '/health'],
  ['a Spring controller below a context path', spring({ 'src/main/resources/application.yml': 'server:\n  servlet:\n    context-path: /shop\n', 'src/main/java/x/web/HealthController.java': '@RestController\npublic class HealthController {\n  @GetMapping("/health")\n  String ok() { return "ok"; }\n}\n' }), '/shop/health'],
  ['Spring Boot Actuator below a context path', { ...spring({ 'src/main/resources/application.properties': 'server.servlet.context-path=/shop\n' }), 'pom.xml': mvn('spring-boot-starter-web spring-boot-starter-actuator') }, '/shop/actuator/health'],
  ['a JAX-RS resource', { ...spring({ 'src/main/java/x/HealthResource.java': '@Path("/health")\npublic class HealthResource {\n  @GET\n  public String ok() { return "ok"; }\n}\n' }) }, '/health'],
  ['a JAX-RS resource with a path for each method', { ...spring({ 'src/main/java/x/HealthResource.java': '@Path("/internal")\npublic class HealthResource {\n  @GET\n  @Path("/live")\n  public String ok() { return "ok"; }\n}\n' }) }, '/internal/live'],
  ['Play\'s routes', { 'build.sbt': 'lazy val root = (project in file(".")).enablePlugins(PlayScala)\nname := "app"\nscalaVersion := "3.3.4"\n', 'project/plugins.sbt': 'addSbtPlugin("org.playframework" % "sbt-plugin" % "3.0.6")\n', 'conf/routes': '# routes\nGET  /        controllers.Home.index\nGET  /health  controllers.Health.index\n', 'conf/application.conf': 'play.http.context = "/shop"\n', 'app/controllers/Health.scala': 'package controllers\nclass Health\n' }, '/shop/health'],
  ['a group of ASP.NET', web('var app = WebApplication.CreateBuilder(args).Build();\nvar api = app.MapGroup("/api");\napi.MapGet("/health", () => "ok");\napp.Run();\n'), '/api/health'],
  ['health checks of ASP.NET', web('var app = WebApplication.CreateBuilder(args).Build();\napp.MapHealthChecks("/_well");\napp.Run();\n'), '/_well'],
  ['a route of ASP.NET beside a group', web('var app = WebApplication.CreateBuilder(args).Build();\napp.MapGroup("/api").MapGet("/users", () => "ok");\napp.MapHealthChecks("/healthz");\napp.Run();\n'), '/healthz'],
  ['a controller of ASP.NET', web('var app = WebApplication.CreateBuilder(args).Build();\napp.MapControllers();\napp.Run();\n', { 'Controllers/HealthController.cs': '[ApiController]\n[Route("api/[controller]")]\npublic class HealthController : ControllerBase\n{\n    [HttpGet]\n    public IActionResult Get() => Ok();\n}\n' }), '/api/Health'],
  ['a scope of Phoenix', phoenix('defmodule AppWeb.Router do\n  use AppWeb, :router\n  scope "/api", AppWeb do\n    get "/health", HealthController, :index\n  end\nend\n'), '/api/health'],
  ['a route beside a scope of Phoenix', phoenix('defmodule AppWeb.Router do\n  use AppWeb, :router\n  scope "/api", AppWeb do\n    get "/users", UserController, :index\n  end\n  scope "/", AppWeb do\n    get "/health", HealthController, :index\n  end\nend\n'), '/health'],
  ['a namespace of Rails', { Gemfile: "gem 'rails', '~> 8.0'\ngem 'puma'\n", 'config.ru': 'run Rails.application\n', 'config/application.rb': 'module App\nend\n', 'config/routes.rb': "Rails.application.routes.draw do\n  namespace :api do\n    get 'health', to: 'health#show'\n  end\nend\n" }, '/api/health'],
  ['Rails\' own page', { Gemfile: "gem 'rails', '~> 8.0'\ngem 'puma'\n", 'config.ru': 'run Rails.application\n', 'config/application.rb': 'module App\nend\n', 'config/routes.rb': "Rails.application.routes.draw do\n  get 'up' => 'rails/health#show', as: :rails_health_check\nend\n" }, '/up'],
  ['Laravel\'s own page', { 'composer.json': json({ name: 'x/app', require: { php: '^8.3', 'laravel/framework': '^12' } }), artisan: '', 'public/index.php': '<?php', 'bootstrap/app.php': "<?php\nreturn Application::configure()->withRouting(\n  web: __DIR__.'/../routes/web.php',\n  health: '/up',\n)->create();\n" }, '/up'],
  ['Laravel\'s API', { 'composer.json': json({ name: 'x/app', require: { php: '^8.3', 'laravel/framework': '^12' } }), artisan: '', 'public/index.php': '<?php', 'routes/api.php': "<?php\nRoute::prefix('v1')->group(function () {\n  Route::get('health', fn () => 'ok');\n});\n" }, '/api/v1/health'],
  ['a controller of Symfony', { 'composer.json': json({ name: 'x/app', require: { php: '^8.3', 'symfony/framework-bundle': '^7' } }), 'bin/console': '', 'public/index.php': '<?php', 'src/Controller/HealthController.php': "<?php\n#[Route('/internal')]\nclass HealthController\n{\n    #[Route('/health', methods: ['GET'])]\n    public function ok() {}\n}\n" }, '/internal/health'],
  ['a controller of Nest below a global prefix', { ...nest, 'src/main.ts': "import { NestFactory } from '@nestjs/core'\nimport { AppModule } from './app.module'\nasync function bootstrap() {\n  const app = await NestFactory.create(AppModule)\n  app.setGlobalPrefix('api')\n  await app.listen(3000)\n}\n", 'src/app.module.ts': "import { HealthController } from './health.controller'\n", 'src/health.controller.ts': "@Controller('health')\nexport class HealthController {\n  @Get()\n  @HealthCheck()\n  check() {}\n}\n" }, '/api/health'],
  ['a controller of Nest that the global prefix leaves out', { ...nest, 'src/main.ts': "import { NestFactory } from '@nestjs/core'\nimport { HealthController } from './health.controller'\nasync function bootstrap() {\n  const app = await NestFactory.create(AppModule)\n  app.setGlobalPrefix('api', { exclude: ['health/live'] })\n  await app.listen(3000)\n}\n", 'src/health.controller.ts': "@Controller('health')\nexport class HealthController {\n  @Get('live')\n  check() {}\n}\n" }, '/health/live'],
  ['a controller of Nest that a pattern leaves out of the global prefix', { ...nest, 'src/main.ts': "import { NestFactory } from '@nestjs/core'\nimport { HealthController } from './health.controller'\nasync function bootstrap() {\n  const app = await NestFactory.create(AppModule)\n  app.setGlobalPrefix('api', { exclude: ['metrics', 'health{/*path}'] })\n  await app.listen(3000)\n}\n", 'src/health.controller.ts': "@Controller('health')\nexport class HealthController {\n  @Get('live')\n  check() {}\n}\n" }, '/health/live'],
  ['a controller of Nest that an object leaves out of the global prefix', { ...nest, 'src/main.ts': "import { NestFactory } from '@nestjs/core'\nimport { HealthController } from './health.controller'\nasync function bootstrap() {\n  const app = await NestFactory.create(AppModule)\n  app.setGlobalPrefix('api', { exclude: [{ path: 'health/live', method: RequestMethod.GET }] })\n  await app.listen(3000)\n}\n", 'src/health.controller.ts': "@Controller('health')\nexport class HealthController {\n  @Get('live')\n  check() {}\n}\n" }, '/health/live'],
  ['a controller of Nest below a global prefix that leaves out others by a pattern', { ...nest, 'src/main.ts': "import { NestFactory } from '@nestjs/core'\nimport { HealthController } from './health.controller'\nasync function bootstrap() {\n  const app = await NestFactory.create(AppModule)\n  app.setGlobalPrefix('api', { exclude: ['healthy*'] })\n  await app.listen(3000)\n}\n", 'src/health.controller.ts': "@Controller('health')\nexport class HealthController {\n  @Get('live')\n  check() {}\n}\n" }, '/api/health/live'],
  ['a controller of Nest below a prefix that nobody states', { ...nest, 'src/main.ts': "import { NestFactory } from '@nestjs/core'\nimport { HealthController } from './health.controller'\nasync function bootstrap() {\n  const app = await NestFactory.create(AppModule)\n  app.setGlobalPrefix(config.get('prefix'))\n  await app.listen(3000)\n}\n", 'src/health.controller.ts': "@Controller('health')\nexport class HealthController {\n  @Get()\n  check() {}\n}\n" }, 'tcp'],
])('tells the whole path of %s', (_, files, path) => expect(healthOf(files as Record<string, string>)).toBe(path)) // biome-ignore format: a table

const built = (dependency: string, files: Record<string, string>) => ({ 'package.json': json({ name: 'app', scripts: { build: 'x build' }, dependencies: { [dependency]: '1' } }), ...files }) // biome-ignore format: one line

test.each([
  ['a route of the app router', built('next', { 'app/api/health/route.ts': '' }), '/api/health'],
  ['a route in a group of the app router', built('next', { 'src/app/(probes)/healthz/route.ts': '' }), '/healthz'],
  ['a page of the API', built('next', { 'pages/api/health.ts': '' }), '/api/health'],
  ['a route below a base path', built('next', { 'next.config.js': "module.exports = { basePath: '/shop' }\n", 'app/api/health/route.ts': '' }), '/shop/api/health'],
  ['a route below a base path that nobody states', built('next', { 'next.config.js': 'module.exports = { basePath: process.env.BASE }\n', 'app/api/health/route.ts': '' }), 'tcp'],
  ['a route of Nuxt', built('nuxt', { 'server/api/health.get.ts': '' }), '/api/health'],
  ['a route of SvelteKit', built('@sveltejs/kit', { 'src/routes/healthz/+server.ts': '' }), '/healthz'],
  ['a route of Remix', built('@remix-run/node', { 'app/routes/healthcheck.tsx': '' }), '/healthcheck'],
  ['Strapi', built('@strapi/strapi', {}), '/_health'],
  ['Streamlit', { 'requirements.txt': 'streamlit==1.41\n', 'streamlit_app.py': 'import streamlit as st\n' }, '/_stcore/health'],
  ['Streamlit below a path', { 'requirements.txt': 'streamlit==1.41\n', 'streamlit_app.py': 'import streamlit as st\n', '.streamlit/config.toml': '[server]\nport = 8502\nbaseUrlPath = "board"\n' }, '/board/_stcore/health'],
])('finds the health route that is a file or that the framework brings: %s', (_, files, path) => expect(healthOf(files as Record<string, string>)).toBe(path)) // biome-ignore format: a table
