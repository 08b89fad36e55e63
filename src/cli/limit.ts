// Counts that options take, each with its bounds.
import { InvalidArgumentError } from 'commander'

/** How many rows a listing shows: what one page of the API can hold. */
export const readLimit = wholeNumber({ least: 1, most: 200 })

/** How many lines a log begins with. */
export const readTail = wholeNumber({ least: 0, most: 1_000 })

function wholeNumber({ least, most }: { readonly least: number; readonly most: number }): (text: string) => number {
  return (text) => {
    const count = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN
    if (count >= least && count <= most) return count
    throw new InvalidArgumentError(`It is a whole number from ${least} to ${most}.`)
  }
}
