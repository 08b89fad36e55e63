// Reads of a large file in few calls: objects that are asked for together lie together in a pack, so a window around each place is kept.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

export interface WindowedFile {
  /** As many bytes as there are from a place on, at most `length`. Nobody may change them. */
  read(position: number, length: number): Buffer
  close(): void
}

const windowBytes = 64 * 1024
const windowsKept = 256

export function openWindows(path: string): WindowedFile {
  const file = openSync(path, 'r')
  const { size } = fstatSync(file)
  const windows = new Map<number, Buffer>()
  const windowAt = (start: number): Buffer => {
    const known = windows.get(start)
    if (known !== undefined) return known
    const window = readAt(file, start, Math.min(windowBytes, size - start))
    // The oldest goes: reading moves on through the file.
    if (windows.size >= windowsKept) windows.delete(windows.keys().next().value ?? 0)
    windows.set(start, window)
    return window
  }
  return {
    read(position, wanted) {
      const length = Math.max(0, Math.min(wanted, size - position))
      const start = position - (position % windowBytes)
      const end = position + length
      if (end <= start + windowBytes) return length === 0 ? Buffer.alloc(0) : windowAt(start).subarray(position - start, end - start)
      if (length > windowBytes) return readAt(file, position, length)
      const next = start + windowBytes
      return Buffer.concat([windowAt(start).subarray(position - start), windowAt(next).subarray(0, end - next)])
    },
    close: () => closeSync(file),
  }
}

function readAt(file: number, position: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length)
  return bytes.subarray(0, readSync(file, bytes, 0, length, position))
}
