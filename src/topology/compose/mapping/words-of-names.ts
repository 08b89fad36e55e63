// Names of services, images and folders compared word by word: `Ordering.API`, `ordering-api` and `ordering_api` are the same.

export function wordsOf(name: string): readonly string[] {
  return name
    .slice(0, 200)
    .toLowerCase()
    .split(/[^a-z0-9]{1,10}/)
    .filter((word) => word !== '')
}

export function isSameName(a: string, b: string): boolean {
  const words = wordsOf(a)
  return words.length > 0 && words.join('-') === wordsOf(b).join('-')
}

/** Whether a name ends in all the words of another one, as `tools.example.shop.cart` ends in `shop-cart`. */
export function endsWithName(name: string, ending: string): boolean {
  const [words, last] = [wordsOf(name), wordsOf(ending)]
  return last.length > 0 && last.length < words.length && words.slice(-last.length).join('-') === last.join('-')
}
