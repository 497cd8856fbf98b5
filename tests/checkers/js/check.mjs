// Checks a published folder with @noble (Ed25519, ML-DSA-44) and @sigstore/verify (checkpoint, inclusion).
//
//     node check.mjs RECORD EXTRAS STEP
//
// RECORD and EXTRAS as for the Go program (tests/checkers/evidence.py); the signatures of every STEP-th entry are
// verified. Ours here: cutting notes, bundles and proofs apart, and the message that an ML-DSA-44 line signs (C2SP
// tlog-cosignature). Exit 1 names the stage that refused; exit 0 prints what was checked.
// It must lie beside node_modules: the test copies it there.

import { createHash, createPublicKey } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { ed25519 } from '@noble/curves/ed25519.js'
import { ml_dsa44 } from '@noble/post-quantum/ml-dsa.js'

const require = createRequire(import.meta.url)
// no public names: the package checks whole Sigstore bundles, these two files do the log's part of it
const { verifyCheckpoint } = require('@sigstore/verify/dist/tlog/checkpoint.js')
const { verifyMerkleInclusion } = require('@sigstore/verify/dist/tlog/merkle.js')

const WIDTH = 256
const ED25519 = 1
const MLDSA44 = 6
const [record, extras, step] = [process.argv[2], process.argv[3], Number(process.argv[4])]
const counted = {}

const refuse = (why) => {
  throw new Error(why)
}
const demand = (holds, why) => {
  if (!holds) refuse(why)
}

function base64(text) {
  const bytes = Buffer.from(text, 'base64')
  demand(bytes.toString('base64') === text, 'base64 that is not canonical')
  return bytes
}

function u64(value) {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(value))
  return bytes
}

// text and lines of a signed note; the lines as {name, id, body}
function parseNote(data) {
  const end = data.lastIndexOf('\n\n')
  demand(end > 0 && data.at(-1) === 10, 'not a note')
  const lines = data.subarray(end + 2).toString().split('\n').slice(0, -1)
  return {
    text: data.subarray(0, end + 1),
    lines: lines.map((line) => {
      const [dash, name, encoded, ...more] = line.split(' ')
      demand(dash === '\u2014' && encoded && more.length === 0, 'not a signature line')
      const bytes = base64(encoded)
      return { name, id: bytes.subarray(0, 4).toString('hex'), body: bytes.subarray(4) }
    }),
  }
}

// a vkey whose key id fits its name and key
function parseVkey(text, type) {
  const [, name, id, encoded] = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/.exec(text) ?? refuse('not a vkey')
  const bytes = base64(encoded)
  const computed = createHash('sha256').update(`${name}\n`).update(bytes).digest('hex').slice(0, 8)
  demand(bytes[0] === type && computed === id, 'a vkey whose key id does not fit')
  return { name, id, key: new Uint8Array(bytes.subarray(1)) }
}

const lineOf = (note, key) =>
  note.lines.find((line) => line.name === key.name && line.id === key.id) ?? refuse(`no line of ${key.name} ${key.id}`)

const holds = (signature, message, key) =>
  signature.length === 64 && ed25519.verify(new Uint8Array(signature), new Uint8Array(message), key, { zip215: false })

function readHead(data) {
  const note = parseNote(data)
  const [origin, size, root, empty, ...more] = note.text.toString().split('\n')
  demand(empty === '' && more.length === 0 && /^(0|[1-9][0-9]{0,14})$/.test(size), 'not a checkpoint')
  return { note, origin, size: Number(size), root: base64(root) }
}

// --- stages ----------------------------------------------------------------------------------------------------------

let head
let log
let entries = []

function checkEd25519() {
  log = parseVkey(readFileSync(join(record, 'log.vkey'), 'utf8').trimEnd(), ED25519)
  head = readHead(readFileSync(join(record, 'checkpoint')))
  demand(head.origin === log.name, 'the origin is not the name of the key')
  demand(holds(lineOf(head.note, log).body, head.note.text, log.key), 'the Ed25519 line does not hold')
}

// "subtree/v1\n\0", signer, time, origin, from leaf 0 to the size, root
function mldsaMessage({ origin, size, root }, name, time) {
  const named = (text) => Buffer.concat([Buffer.from([Buffer.byteLength(text)]), Buffer.from(text)])
  return Buffer.concat([Buffer.from('subtree/v1\n\0'), named(name), time, named(origin), u64(0), u64(size), root])
}

function checkMldsa() {
  const key = parseVkey(readFileSync(join(record, 'keys', 'log-mldsa44.vkey'), 'utf8').trimEnd(), MLDSA44)
  const { body } = lineOf(head.note, key)
  const time = body.subarray(0, 8)
  demand(body.length === 8 + 2420 && time.readBigUInt64BE() > 0n, 'not an ML-DSA-44 line with a time')
  const message = new Uint8Array(mldsaMessage(head, key.name, time))
  demand(ml_dsa44.verify(new Uint8Array(body.subarray(8)), message, key.key), 'the ML-DSA-44 line does not hold')
  counted['post-quantum lines'] = 1
}

const groups = (number) => {
  const digits = String(number)
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/.{3}/g)
  return padded.map((part, place) => (place < padded.length - 1 ? `x${part}` : part)).join('/')
}

function readBundles() {
  for (let number = 0; number * WIDTH < head.size; number++) {
    const width = Math.min(WIDTH, head.size - number * WIDTH)
    const full = join(record, 'tile', 'entries', groups(number))
    const partial = `${full}.p/${width}`
    const data = readFileSync(width < WIDTH && existsSync(partial) ? partial : full)
    let at = 0
    for (let found = 0; found < width; found++) {
      const end = at + 2 + data.readUInt16BE(at)
      demand(end <= data.length, 'a bundle is cut off')
      entries.push(data.subarray(at + 2, end))
      at = end
    }
  }
  counted.entries = entries.length
}

function checkRecords() {
  const lines = readFileSync(join(extras, 'keys.txt'), 'utf8').trimEnd().split('\n')
  const keys = new Map(lines.map((line) => parseVkey(line, ED25519)).map((key) => [`${key.name} ${key.id}`, key.key]))
  counted.signatures = 0
  for (let number = 0; number < entries.length; number += step) {
    const note = parseNote(entries[number])
    demand(note.lines.length > 0, `entry ${number} carries no signature`)
    for (const line of note.lines) {
      const key = keys.get(`${line.name} ${line.id}`) ?? refuse(`entry ${number}: a signature of somebody unknown`)
      demand(holds(line.body, note.text, key), `entry ${number}: a signature does not hold`)
      counted.signatures++
    }
  }
}

// what @sigstore/verify knows of a log: a key, the first bytes of an id, an address that contains the key's name
function sigstoreLog() {
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(log.key).toString('base64url') }
  return { logID: Buffer.from(log.id, 'hex'), baseURL: log.name, publicKey: createPublicKey({ key: jwk, format: 'jwk' }) }
}

function checkProofs() {
  counted.proofs = 0
  const names = readdirSync(join(extras, 'proofs')).filter((name) => name.endsWith('.tlog-proof'))
  for (const name of names) {
    const data = readFileSync(join(extras, 'proofs', name), 'utf8')
    const end = data.indexOf('\n\n')
    const [title, index, ...path] = data.slice(0, end).split('\n')
    demand(title === 'c2sp.org/tlog-proof@v1' && `${index}.tlog-proof` === `index ${name}`, `${name}: not a tlog-proof`)
    const logIndex = index.slice('index '.length)
    const inclusionProof = { logIndex, hashes: path.map(base64), checkpoint: { envelope: data.slice(end + 2) } }
    const entry = { canonicalizedBody: entries[Number(logIndex)], inclusionProof }
    verifyMerkleInclusion(entry, verifyCheckpoint(entry, [sigstoreLog()]))
    counted.proofs++
  }
}

const stages = { ed25519: checkEd25519, mldsa44: checkMldsa, bundles: readBundles, proofs: checkProofs, notes: checkRecords }
for (const [name, run] of Object.entries(stages)) {
  try {
    run()
  } catch (error) {
    console.error(`REFUSED ${name}: ${error.message}`)
    process.exit(1)
  }
}
console.log(Object.entries(counted).map(([what, count]) => `${what} ${count}`).join('\n'))
