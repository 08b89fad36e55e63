// Packages that say what a Python folder is. Data: add a line, no code.

export interface PythonFramework {
  readonly name: string
  readonly dependency: string
  readonly port: number
  /** The constructor of its application object. */
  readonly application?: string
  readonly protocol: 'asgi' | 'wsgi' | 'own'
}

/** Those built on others come first. */
export const pythonFrameworks: readonly PythonFramework[] = [
  { name: 'fastapi', dependency: 'fastapi', port: 8000, application: 'FastAPI', protocol: 'asgi' },
  { name: 'django', dependency: 'django', port: 8000, protocol: 'wsgi' },
  { name: 'flask', dependency: 'flask', port: 5000, application: 'Flask', protocol: 'wsgi' },
  { name: 'litestar', dependency: 'litestar', port: 8000, application: 'Litestar', protocol: 'asgi' },
  { name: 'quart', dependency: 'quart', port: 8000, application: 'Quart', protocol: 'asgi' },
  { name: 'starlette', dependency: 'starlette', port: 8000, application: 'Starlette', protocol: 'asgi' },
  { name: 'sanic', dependency: 'sanic', port: 8000, application: 'Sanic', protocol: 'own' },
  { name: 'aiohttp', dependency: 'aiohttp', port: 8080, protocol: 'own' },
  { name: 'tornado', dependency: 'tornado', port: 8888, protocol: 'own' },
  { name: 'bottle', dependency: 'bottle', port: 8080, application: 'Bottle', protocol: 'wsgi' },
  { name: 'falcon', dependency: 'falcon', port: 8000, application: 'falcon.App', protocol: 'wsgi' },
  { name: 'pyramid', dependency: 'pyramid', port: 6543, protocol: 'wsgi' },
  { name: 'streamlit', dependency: 'streamlit', port: 8501, protocol: 'own' },
  { name: 'gradio', dependency: 'gradio', port: 7860, protocol: 'own' },
  { name: 'grpc', dependency: 'grpcio', port: 50051, protocol: 'own' },
]

export interface PythonWorker {
  readonly name: string
  readonly dependency: string
  /** The application object's constructor, whose module the start command names. */
  readonly application?: string
  /** Its start command; `{module}` is where the application object is. */
  readonly start?: string
}

export const pythonWorkers: readonly PythonWorker[] = [
  { name: 'celery', dependency: 'celery', application: 'Celery', start: 'celery -A {module} worker --loglevel=info' },
  { name: 'rq', dependency: 'rq', start: 'rq worker' },
  { name: 'dramatiq', dependency: 'dramatiq', start: 'dramatiq {module}' },
  { name: 'arq', dependency: 'arq' },
  { name: 'huey', dependency: 'huey' },
  { name: 'apscheduler', dependency: 'apscheduler' },
  { name: 'kafka', dependency: 'kafka-python' },
  { name: 'pika', dependency: 'pika' },
  { name: 'discord', dependency: 'discord-py' },
  { name: 'telegram', dependency: 'python-telegram-bot' },
]

/** Entry files of a service, best first. */
export const pythonEntries: readonly string[] = [
  'main.py', 'app.py', 'server.py', 'asgi.py', 'wsgi.py', 'worker.py', 'run.py', 'api.py', 'application.py', 'bot.py', 'consumer.py', 'tasks.py', 'celery_app.py', 'celery.py',
  'app/main.py', 'src/main.py', 'app/__init__.py', 'src/app.py', 'src/server.py', 'app/app.py', 'src/worker.py', 'src/app/main.py', '__main__.py', 'src/__main__.py',
] // biome-ignore format: a list
