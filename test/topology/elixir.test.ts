import { describe, expect, test } from 'vitest'
import { rolesIn, serviceNamed, servicesIn } from './summary.ts'

const mix = (project: string, deps: string, application = '[mod: {Shop.Application, []}]') =>
  `defmodule Shop.MixProject do\n  def project do\n    [${project}]\n  end\n  def application do\n    ${application}\n  end\n  defp deps do\n    [\n      ${deps}\n    ]\n  end\nend\n`

describe('a Phoenix application', () => {
  const files = {
    'mix.exs': mix(
      'app: :shop, elixir: "~> 1.15", aliases: ["assets.deploy": ["phx.digest"]]',
      '{:phoenix, "~> 1.7.10"},\n      {:bandit, "~> 1.2"},\n      {:credo, "~> 1.7", only: [:dev, :test]}',
    ),
    'config/runtime.exs':
      'url =\n  System.get_env("DATABASE_URL") ||\n    raise "missing"\nport = String.to_integer(System.get_env("PORT") || "4010")\nkey = System.fetch_env!("SECRET_KEY_BASE")\nhost = System.get_env("PHX_HOST") || "example.com"\n',
    'config/dev.exs': 'config :shop, http: [port: 4999]\n',
    'lib/shop/application.ex': 'children = [ShopWeb.Endpoint]\n',
    'lib/shop_web/router.ex': 'get "/healthz", HealthController, :show\n',
    'assets/package.json': '{"name":"assets"}',
  }

  test('is told whole', () => {
    expect(serviceNamed(files, 'shop')).toMatchObject({
      type: 'elixir',
      framework: 'phoenix',
      version: '1.15',
      packageManager: 'mix',
      port: 4010,
      health: { kind: 'http', path: '/healthz' },
      start: '_build/prod/rel/shop/bin/shop start',
      buildCommand: 'mix deps.get --only prod && mix compile && mix assets.deploy && mix release',
      environment: [
        { name: 'DATABASE_URL', required: true },
        { name: 'PHX_HOST', required: false, value: 'example.com' },
        { name: 'SECRET_KEY_BASE', required: true },
      ],
      facts: { release: 'shop', hasAssets: true, frameworkVersion: '1.7.10' },
    })
    expect(servicesIn(files)).toHaveLength(1)
  })

  test('in an umbrella is released from its root', () => {
    const umbrella = {
      'mix.exs': 'def project do\n  [apps_path: "apps", releases: [shop: [applications: []]]]\nend\n',
      'apps/shop/mix.exs': mix('app: :shop', ''),
      'apps/shop_web/mix.exs': mix('app: :shop_web', '{:phoenix, "~> 1.7"}'),
      'apps/shop_web/lib/shop_web/endpoint.ex': 'use Phoenix.Endpoint, otp_app: :shop_web\n',
    }
    expect(servicesIn(umbrella)).toEqual(['app . elixir/phoenix :4000 template(elixir in .) tcp [_build/prod/rel/shop/bin/shop start]'])
    expect(rolesIn(umbrella)).toEqual({ 'apps/shop': 'library', 'apps/shop_web': 'library' })
  })
})

test('a plug is a server, a broadway a worker', () => {
  expect(
    servicesIn({
      'a/mix.exs': mix('app: :a', '{:plug_cowboy, "~> 2.7"}'),
      'a/lib/a/application.ex': 'children = [{Plug.Cowboy, scheme: :http, plug: A.Router, options: [port: 4040]}]\n',
      'b/mix.exs': mix('app: :b', '{:broadway_kafka, "~> 0.4"}'),
      'b/lib/b/application.ex': 'Supervisor.start_link(children, opts)\n',
    }).map((line) => line.replace(/ ←.*/, '')),
  ).toEqual([
    'a a elixir/plug :4040 template(elixir in a) tcp [_build/prod/rel/a/bin/a start]',
    'b b elixir/broadway no port template(elixir in b) [_build/prod/rel/b/bin/b start]',
  ])
})

test('a package for others and a command line program are no services', () => {
  const library = mix('app: :lib, package: package()', '{:plug, "~> 1.15"}', '[extra_applications: [:logger]]')
  expect(rolesIn({ 'mix.exs': library, 'lib/lib.ex': '' })).toEqual({ '.': 'library' })
  expect(rolesIn({ 'mix.exs': mix('app: :cli, escript: [main_module: Cli]', '', '[]'), 'lib/cli.ex': '' })).toEqual({ '.': 'tooling' })
})

describe('a server without a framework', () => {
  const manifest = mix('app: :shop', '')

  test('is found where the supervisor starts it', () => {
    const server = 'defmodule Shop.Server do\n  def start_link(%{port: port}) do\n    :gen_tcp.listen(port, [:binary])\n  end\nend\n'
    const application =
      'children = [{Shop.Server, options()}]\ndefp port do\n  System.get_env("SHOP_PORT")\n  |> case do\n    nil -> 4101\n    value -> String.to_integer(value)\n  end\nend\n'
    expect(servicesIn({ 'mix.exs': manifest, 'lib/shop/application.ex': application, 'lib/shop/server.ex': server })).toEqual([
      'shop . elixir :4101 template(elixir in .) tcp [_build/prod/rel/shop/bin/shop start]',
    ])
  })

  test('has the port that it is called with', () => {
    const files = {
      'mix.exs': manifest,
      'lib/shop/application.ex': 'children = [{Task, fn -> Shop.start_link(4141) end}]\n',
      'lib/shop.ex': 'defmodule Shop do\n  def start_link(port), do: :gen_tcp.listen(port, [:binary])\nend\n',
    }
    expect(serviceNamed(files, 'shop')).toMatchObject({ port: 4141 })
  })
})
