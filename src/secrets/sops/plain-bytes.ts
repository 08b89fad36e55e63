// How SOPS spells a value that is not encrypted when it adds it to a file's digest: as the YAML library of Go reads it, written again.

/** The bytes, as text, of a plain scalar. */
export function plainBytes(source: string): string {
  if (/^(?:true|True|TRUE)$/.test(source)) return 'True'
  if (/^(?:false|False|FALSE)$/.test(source)) return 'False'
  return wholeNumber(source) ?? fraction(source) ?? time(source) ?? source
}

function wholeNumber(source: string): string | undefined {
  const text = source.replaceAll('_', '')
  if (/^[-+]?(?:0|[1-9]\d*)$/.test(text)) return fits(BigInt(text.replace(/^\+/, '')))
  const based = /^([-+]?)(0[xX][0-9a-fA-F]+|0o[0-7]+|0b[01]+)$/.exec(text)
  if (based !== null) return fits(based[1] === '-' ? -BigInt(based[2]!) : BigInt(based[2]!))
  return /^[-+]?0[0-7]+$/.test(text) ? fits(BigInt(`0o${text.replace(/^[-+]/, '')}`) * (text.startsWith('-') ? -1n : 1n)) : undefined
}

/** Beyond 64 bits it is a fraction to Go. */
function fits(value: bigint): string | undefined {
  return value >= -(2n ** 63n) && value < 2n ** 63n ? String(value) : undefined
}

function fraction(source: string): string | undefined {
  const text = source.replaceAll('_', '')
  return /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/.test(text) ? inFull(Number(text)) : undefined
}

/** Without an exponent, as few digits as tell it from others. */
function inFull(value: number): string {
  const [, sign = '', whole = '', rest = '', exponent = ''] = /^(-?)(\d+)(?:\.(\d+))?e([-+]\d+)$/.exec(String(value)) ?? []
  if (exponent === '') return String(value)
  const digits = whole + rest
  const point = whole.length + Number(exponent)
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`
  return sign + (point >= digits.length ? digits.padEnd(point, '0') : `${digits.slice(0, point)}.${digits.slice(point)}`)
}

function time(source: string): string | undefined {
  const day = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(source)
  if (day !== null) return `${day[1]}-${day[2]!.padStart(2, '0')}-${day[3]!.padStart(2, '0')}T00:00:00Z`
  const moment = /^(\d{4}-\d{2}-\d{2})[tT ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|[-+]\d{2}:\d{2})?$/.exec(source)
  if (moment === null) return undefined
  const part = (moment[3] ?? '').replace(/0+$/, '')
  const zone = moment[4] === undefined || moment[4] === '+00:00' ? 'Z' : moment[4]
  return `${moment[1]}T${moment[2]}${part === '' ? '' : `.${part}`}${zone}`
}
