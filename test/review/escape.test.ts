// What a repository says, in Markdown: it is read and does nothing.
import { describe, expect, it } from 'vitest'
import { block, code, folded, link, plain, words } from '../../src/review/escape.ts'

describe('words', () => {
  it.each([
    ['markup', '**bold** _em_ `code` [a](b) | c', '\\*\\*bold\\*\\* \\_em\\_ \\`code\\` \\[a\\](b) \\| c'],
    ['HTML', '<img src=x> &lt;', '&lt;img src=x&gt; &amp;\u200blt;'],
    ['people', '@octocat and user@host', '@\u200boctocat and user@\u200bhost'],
    ['issues and their like', 'a #12 !34 GH-7 a/b#5 ~bug %3', 'a #\u200b12 !\u200b34 GH-\u200b7 a/b#\u200b5 \\~\u200bbug %\u200b3'],
    ['addresses', 'https://evil.example www.evil.example', 'https:\u200b//evil.example www\u200b.evil.example'],
    ['formulas', '$x^2$', '\\$\u200bx^\u200b2\\$'],
    ['what begins a heading', '# title', '\\# title'],
    ['what begins a list', '- item', '\\- item'],
    ['what begins a numbered list', '1. item', '1\\. item'],
    ['what turns the text around or is not seen', 'a\u202eb\u200bc\u0000d\u2800e\u3164f', 'abcdef'],
    ['several lines', ' a\n\n# b\t c ', 'a # b c'],
    ['marks piled on one letter', `a${'\u0301'.repeat(50)}`, 'a\u0301\u0301'],
  ])('of %s show what they are', (_, text, shown) => {
    expect(words(text)).toBe(shown)
  })

  it('are cut where nobody reads on', () => {
    expect(words('x'.repeat(500))).toBe(`${'x'.repeat(239)}…`)
    expect(plain('é😀'.repeat(10), 5)).toBe('é😀é😀…')
  })

  it('of a million characters take no time to speak of', () => {
    expect(words('@#:/`<'.repeat(200_000)).length).toBeLessThan(2_000)
  })
})

describe('code', () => {
  it('has more backticks around it than in it, and no bar that would split a table', () => {
    expect([code('a'), code('a`b'), code('``'), code(''), code('a|b')]).toEqual(['`a`', '``a`b``', '``` `` ```', '`  `', '`a¦b`'])
  })

  it('in blocks cannot end its block', () => {
    expect(block('diff', ['+ a', '```', '</details>', '  @all\u202e'])).toBe('````diff\n+ a\n```\n</details>\n  @all\n````')
  })
})

describe('a link', () => {
  it('leads to http and https only', () => {
    expect(link('https://a.example/x?y=(1)', 'a_b')).toBe('[a\\_b](<https://a.example/x?y=(1)>)')
    expect(link('javascript:alert(1)', 'a')).toBe('a')
    expect(link('no address', 'a')).toBe('a')
    expect(link('https://a.example/>)<b|', 'a')).toBe('[a](<https://a.example/%3E)%3Cb%7C>)')
  })
})

it('a summary is read as HTML, and has none', () => {
  expect(folded('a <b> `c` @d', 'body')).toBe('<details><summary>a &lt;b&gt; `c` @\u200bd</summary>\n\nbody\n\n</details>')
})
