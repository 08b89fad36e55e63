// Packages that say what a Python folder is. Data: add a line, no code.

export interface PythonFramework {
  readonly name: string
  /** Distributions by normalized name; the first is the framework's own. */
  readonly packages: readonly string[]
  /** Modules that source imports. Default is the packages' names with `_`. */
  readonly modules?: readonly string[]
  /** Where it listens when nobody says; absent for what takes work from a queue or a clock. */
  readonly port?: number
  /** The path that answers whether it is well, when the framework brings one. */
  readonly health?: string
  /** The constructor of its application object, whose module a start command names. */
  readonly application?: string
  /** How a server talks to it; `own` brings its server, and a worker answers nobody. */
  readonly protocol: 'asgi' | 'wsgi' | 'own' | 'worker'
  /** Its start command: `{file}` is the entry file, `{module}` where the application object is, `{reference}` the object, `{port}` its port. */
  readonly start?: string
  /** Whether it is also a client, so that only a call that listens, or a loop, shows a program. Default is false. */
  readonly needsCall?: true
  /** How much it counts. Default is 0.45 for a server, 0.35 for a worker. */
  readonly weight?: number
}

/** Those built on others come first. */
export const pythonFrameworks: readonly PythonFramework[] = [
  { name: 'fasthtml', packages: ['python-fasthtml'], modules: ['fasthtml'], port: 8000, application: 'FastHTML|fast_app', protocol: 'asgi' },
  { name: 'chainlit', packages: ['chainlit'], port: 8000, protocol: 'own', start: 'chainlit run {file} --headless --host 0.0.0.0 --port {port}' },
  { name: 'gradio', packages: ['gradio'], port: 7860, protocol: 'own', start: 'env GRADIO_SERVER_NAME=0.0.0.0 GRADIO_SERVER_PORT={port} python {file}' },
  { name: 'streamlit', packages: ['streamlit'], port: 8501, health: '/_stcore/health', protocol: 'own', start: 'streamlit run {file} --server.address 0.0.0.0 --server.port {port}' },
  { name: 'mesop', packages: ['mesop'], port: 8080, protocol: 'own', start: 'mesop {file} --port={port}' },
  { name: 'reflex', packages: ['reflex'], port: 3000, protocol: 'own', start: 'reflex run --env prod' },
  { name: 'nicegui', packages: ['nicegui'], port: 8080, protocol: 'own' },
  { name: 'dash', packages: ['dash'], port: 8050, protocol: 'wsgi' },
  { name: 'solara', packages: ['solara'], port: 8765, protocol: 'own', start: 'solara run {file} --host 0.0.0.0 --port {port}' },
  { name: 'shiny', packages: ['shiny'], port: 8000, protocol: 'own', start: 'shiny run {file} --host 0.0.0.0 --port {port}' },
  { name: 'panel', packages: ['panel'], port: 5006, protocol: 'own', start: 'panel serve {file} --address 0.0.0.0 --port {port}' },
  { name: 'bokeh', packages: ['bokeh'], port: 5006, protocol: 'own', start: 'bokeh serve {file} --address 0.0.0.0 --port {port}', needsCall: true },
  { name: 'flet', packages: ['flet'], port: 8550, protocol: 'own' },
  { name: 'voila', packages: ['voila'], port: 8866, protocol: 'own', start: 'voila --no-browser --Voila.ip=0.0.0.0 --port={port}' },
  { name: 'google-adk', packages: ['google-adk'], modules: ['google.adk'], port: 8000, protocol: 'own', start: 'adk api_server --host 0.0.0.0 --port {port}' },
  { name: 'bentoml', packages: ['bentoml'], port: 3000, health: '/livez', protocol: 'own', start: 'bentoml serve --host 0.0.0.0 --port {port}' },
  { name: 'rasa', packages: ['rasa'], port: 5005, protocol: 'own', start: 'rasa run --enable-api --port {port}' },
  { name: 'kserve', packages: ['kserve'], port: 8080, health: '/v2/health/live', protocol: 'own' },
  { name: 'functions-framework', packages: ['functions-framework'], port: 8080, protocol: 'own' },
  { name: 'azure-functions', packages: ['azure-functions'], modules: ['azure.functions'], port: 80, protocol: 'own' },
  { name: 'airflow', packages: ['apache-airflow'], modules: ['airflow'], port: 8080, protocol: 'own', start: 'airflow standalone' },
  { name: 'superset', packages: ['apache-superset'], modules: ['superset'], port: 8088, health: '/health', protocol: 'own' },
  { name: 'connexion', packages: ['connexion'], port: 8080, protocol: 'own', needsCall: true },
  { name: 'apiflask', packages: ['apiflask'], port: 5000, application: 'APIFlask', protocol: 'wsgi' },
  { name: 'fastapi', packages: ['fastapi', 'fastapi-slim', 'fastapi-cli'], modules: ['fastapi'], port: 8000, application: 'FastAPI', protocol: 'asgi' },
  { name: 'django', packages: ['django', 'djangorestframework', 'django-ninja', 'wagtail', 'django-environ', 'channels'], modules: ['django', 'rest_framework'], port: 8000, protocol: 'wsgi' },
  { name: 'flask', packages: ['flask', 'flask-restful', 'flask-restx', 'flask-smorest', 'flask-appbuilder', 'flask-cors', 'flask-sqlalchemy'], modules: ['flask'], port: 5000, application: 'Flask', protocol: 'wsgi' },
  { name: 'litestar', packages: ['litestar', 'starlite'], port: 8000, application: 'Litestar|Starlite', protocol: 'asgi' },
  { name: 'quart', packages: ['quart'], port: 8000, application: 'Quart', protocol: 'asgi' },
  { name: 'blacksheep', packages: ['blacksheep'], port: 8000, application: 'Application', protocol: 'asgi' },
  { name: 'starlette', packages: ['starlette'], port: 8000, application: 'Starlette', protocol: 'asgi' },
  { name: 'sanic', packages: ['sanic'], port: 8000, application: 'Sanic', protocol: 'own', start: 'sanic {reference} --host 0.0.0.0 --port {port}' },
  { name: 'robyn', packages: ['robyn'], port: 8080, protocol: 'own' },
  { name: 'socketify', packages: ['socketify'], port: 3000, protocol: 'own' },
  { name: 'emmett', packages: ['emmett'], port: 8000, protocol: 'own', start: 'emmett serve --host 0.0.0.0 --port {port}' },
  { name: 'masonite', packages: ['masonite'], port: 8000, protocol: 'wsgi' },
  { name: 'pyramid', packages: ['pyramid'], port: 6543, protocol: 'wsgi' },
  { name: 'falcon', packages: ['falcon'], port: 8000, application: 'falcon.App|falcon.API|falcon.asgi.App', protocol: 'wsgi' },
  { name: 'bottle', packages: ['bottle'], port: 8080, application: 'Bottle', protocol: 'wsgi' },
  { name: 'cherrypy', packages: ['cherrypy'], port: 8080, protocol: 'own' },
  { name: 'hug', packages: ['hug'], port: 8000, protocol: 'own' },
  { name: 'web2py', packages: ['web2py'], modules: ['gluon'], port: 8000, protocol: 'own' },
  { name: 'web.py', packages: ['web-py'], modules: ['web'], port: 8080, protocol: 'own' },
  { name: 'tornado', packages: ['tornado'], port: 8888, protocol: 'own' },
  { name: 'aiohttp', packages: ['aiohttp'], port: 8080, protocol: 'own', needsCall: true },
  { name: 'litellm', packages: ['litellm'], port: 4000, protocol: 'own', needsCall: true },
  { name: 'mcp', packages: ['fastmcp', 'mcp'], modules: ['fastmcp', 'mcp'], protocol: 'worker', weight: 0.4 },
  { name: 'grpc', packages: ['grpcio', 'grpclib'], modules: ['grpc', 'grpclib'], port: 50051, protocol: 'own', needsCall: true },
  { name: 'slack-bolt', packages: ['slack-bolt'], protocol: 'worker' },
  { name: 'discord', packages: ['discord-py', 'py-cord', 'nextcord', 'disnake', 'hikari', 'discord-py-interactions'], modules: ['discord', 'nextcord', 'disnake', 'hikari', 'interactions'], protocol: 'worker' },
  { name: 'telegram', packages: ['python-telegram-bot', 'aiogram', 'pytelegrambotapi', 'pyrogram'], modules: ['telegram', 'aiogram', 'telebot', 'pyrogram'], protocol: 'worker' },
  { name: 'celery', packages: ['celery'], application: 'Celery', protocol: 'worker', start: 'celery -A {module} worker --loglevel=info' },
  { name: 'rq', packages: ['rq'], protocol: 'worker', start: 'rq worker' },
  { name: 'dramatiq', packages: ['dramatiq'], protocol: 'worker', start: 'dramatiq {module}' },
  { name: 'huey', packages: ['huey'], application: 'RedisHuey|SqliteHuey|Huey', protocol: 'worker', start: 'huey_consumer.py {reference}' },
  { name: 'arq', packages: ['arq'], protocol: 'worker', start: 'arq {module}.WorkerSettings' },
  { name: 'taskiq', packages: ['taskiq'], protocol: 'worker' },
  { name: 'procrastinate', packages: ['procrastinate'], protocol: 'worker' },
  { name: 'nameko', packages: ['nameko'], protocol: 'worker', start: 'nameko run {module}' },
  { name: 'faust', packages: ['faust', 'faust-streaming'], modules: ['faust'], application: 'faust.App', protocol: 'worker', start: 'faust -A {module} worker -l info' },
  { name: 'temporal', packages: ['temporalio'], protocol: 'worker' },
  { name: 'prefect', packages: ['prefect'], protocol: 'worker', weight: 0.25 },
  { name: 'dagster', packages: ['dagster'], protocol: 'worker', weight: 0.25 },
  { name: 'apscheduler', packages: ['apscheduler'], protocol: 'worker' },
  { name: 'schedule', packages: ['schedule'], protocol: 'worker', weight: 0.2 },
  { name: 'locust', packages: ['locust'], protocol: 'worker', start: 'locust -f {file}', weight: 0.2 },
  { name: 'scrapy', packages: ['scrapy'], protocol: 'worker', weight: 0.2 },
  { name: 'kafka', packages: ['kafka-python', 'kafka-python-ng', 'confluent-kafka', 'aiokafka'], modules: ['kafka', 'confluent_kafka', 'aiokafka'], protocol: 'worker', weight: 0.25 },
  { name: 'pika', packages: ['pika', 'aio-pika'], modules: ['pika', 'aio_pika'], protocol: 'worker', weight: 0.25 },
] // biome-ignore format: a table

/** Servers that run somebody else's application, with the port they take when nobody names one. */
export const applicationServers: readonly { readonly name: string; readonly port: number }[] = [
  { name: 'gunicorn', port: 8000 },
  { name: 'uvicorn', port: 8000 },
  { name: 'hypercorn', port: 8000 },
  { name: 'granian', port: 8000 },
  { name: 'daphne', port: 8000 },
  { name: 'waitress', port: 8080 },
  { name: 'uwsgi', port: 8080 },
]

/** Entry files of a service, best first. */
export const pythonEntries: readonly string[] = [
  'main.py', 'app.py', 'server.py', 'asgi.py', 'wsgi.py', 'worker.py', 'run.py', 'api.py', 'application.py', 'bot.py', 'consumer.py', 'tasks.py', 'celery_app.py', 'celery.py',
  'streamlit_app.py', 'Home.py', 'index.py', 'webapp.py', 'web_app.py', 'web.py', 'flask_app.py', 'gradio_app.py', 'function_app.py', 'service.py', 'serve.py', 'start.py', 'scheduler.py', 'mcp_server.py', 'agent.py', 'hello.py', 'demo.py', 'locustfile.py', 'web2py.py',
  'app/main.py', 'src/main.py', 'app/__init__.py', 'src/app.py', 'src/server.py', 'app/app.py', 'app/server.py', 'src/worker.py', 'src/api.py', 'src/app/main.py', 'api/index.py', 'api/main.py', '__main__.py', 'src/__main__.py',
] // biome-ignore format: a list

/** The same inside the project's own package. */
export const packageEntries: readonly string[] = ['main.py', '__main__.py', 'app.py', 'server.py', 'asgi.py', 'wsgi.py', 'api.py', 'api/main.py', 'api/app.py', 'worker.py', 'bot.py', 'run.py'] // biome-ignore format: a list

/** Of a package that is built for others only these are programs: its app.py may be the class that others use. */
export const distributionEntries: readonly string[] = ['__main__.py', 'main.py', 'asgi.py', 'wsgi.py', 'server.py']

/** Without any of these a folder without a manifest is not asked. */
export const bareEntries: readonly string[] = ['manage.py', 'main.py', 'app.py', 'server.py', 'worker.py', 'wsgi.py', 'asgi.py', 'run.py', 'bot.py', '__main__.py'] // biome-ignore format: a list
