import fs from 'node:fs'

const machines: Readonly<Record<number, string>> = { 62: 'amd64', 183: 'arm64' }

/** What a 64-bit program is for, and whether it needs a dynamic loader. @throws Error when it isn't one */
export function readElf(file: string): { machine: string; dynamic: boolean } {
  const bytes = fs.readFileSync(file)
  if (bytes.toString('latin1', 0, 4) !== '\x7fELF') {
    throw new Error(`${file} is no program`)
  }
  // The program headers: where they begin, how large one is, how many there are.
  const begin = Number(bytes.readBigUInt64LE(32))
  const size = bytes.readUInt16LE(54)
  const types = Array.from({ length: bytes.readUInt16LE(56) }, (_, index) => bytes.readUInt32LE(begin + index * size))
  const interpreter = 3
  return { machine: machines[bytes.readUInt16LE(18)] ?? 'other', dynamic: types.includes(interpreter) }
}
