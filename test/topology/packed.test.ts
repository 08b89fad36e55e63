import { expect, test } from 'vitest'
import { rolesIn, servicesIn } from './summary.ts'

const mix = (more: string) =>
  `defmodule Shop.MixProject do\n  def project do\n    [\n      app: :shop,\n      package: package(),\n${more}    ]\n  end\n  def application, do: [\n    mod: {Shop.Application, []}\n  ]\n  defp deps do\n    [\n      {:plug_cowboy, "~> 2.7"}\n    ]\n  end\nend\n`
const namesIn = (files: Record<string, string>) => servicesIn(files).map((line) => line.split(' ').slice(0, 3).join(' '))

test('An Elixir application that is released is a service, though it is packed and a command as well', () => {
  expect(namesIn({ 'mix.exs': mix('      escript: escript(),\n      releases: releases()\n') })).toEqual(['shop . elixir/plug'])
  expect(namesIn({ 'mix.exs': mix('      escript: escript()\n') })).toEqual([])
})

const setup =
  "from setuptools import setup\nsetup(name='shop', classifiers=['Topic :: Internet'], entry_points={'console_scripts': ['shop-run = shop.web:run']})\n"

test('A Python application that is packed is a service when a framework serves it', () => {
  const files = { 'setup.py': setup, 'requirements.txt': 'flask==3.1.0\n', 'shop/__init__.py': '' }
  const web = 'from flask import Flask\napp = Flask(__name__)\n\n\ndef run():\n    app.run(port=5000)\n'
  expect(namesIn({ ...files, 'shop/web.py': web })).toEqual(['app . python/flask'])
  expect([namesIn({ ...files, 'shop/web.py': 'def run():\n    print(1)\n' }), rolesIn({ ...files, 'shop/web.py': '' })]).toEqual([
    [],
    { '.': 'library' },
  ])
})

test('An image that answers requests is a service where its language is only packed for others', () => {
  const files = {
    'setup.py': setup,
    'shop/web.py': 'def run():\n    print(1)\n',
    Dockerfile: 'FROM scratch\nCOPY . .\nEXPOSE 7000\nCMD ["/bin/shop"]\n',
  }
  expect(namesIn(files)).toHaveLength(1)
})
