import { expect, it } from 'vitest'
import { printable } from '../../src/cli/print.ts'

it.each([
  ['clears the screen', 'a\u001b[2Jb', 'ab'],
  ['writes to the clipboard', 'a\u001b]52;c;cm0gLXJm\u0007b', 'ab'],
  ['links elsewhere', '\u001b]8;;javascript:alert(1)\u001b\\text\u001b]8;;\u001b\\', 'text'],
  ['writes over what stands there', 'safe\rrm -rf', 'saferm -rf'],
  ['turns the direction of text', 'a\u202eb', 'ab'],
  ['comes as a single control character', 'a\u009b2Jb', 'a2Jb'],
  ['colours, where no terminal reads', '\u001b[31mred\u001b[0m', 'red'],
])('text of a repository that %s is harmless', (_, text, shown) => {
  expect(printable(text)).toBe(shown)
})

it('tabs, umlauts and emoji stay', () => {
  expect(printable('a\tgrün 🚀')).toBe('a\tgrün 🚀')
})
