// Judges custom resources by their operators' own types: reads a JSON list of objects, prints one line a fault.
//
//     node check.mjs < objects.json
//
// Twice, because neither judge sees everything: `.validate()` of @kubernetes-models knows ranges and patterns but lets
// unknown fields pass; the TypeScript types refuse a field that is not there. It must lie beside node_modules.

import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const PACKAGES = {
  'postgresql.cnpg.io': 'cloudnative-pg',
  'cert-manager.io': 'cert-manager',
  'monitoring.coreos.com': 'prometheus-operator',
}
const here = dirname(fileURLToPath(import.meta.url))
const objects = JSON.parse(readFileSync(0, 'utf8'))
const faults = []
const nameOf = (object) => `${object.kind}/${object.metadata?.name}`

const imports = []
const values = []
for (const [index, object] of objects.entries()) {
  const [group, version] = object.apiVersion.split('/')
  const path = `@kubernetes-models/${PACKAGES[group]}/${group}/${version}/${object.kind}`
  try {
    const Model = (await import(path))[object.kind]
    new Model(object).validate()
  } catch (error) {
    faults.push(`${nameOf(object)}: ${error.message}`)
    if (error.code === 'ERR_MODULE_NOT_FOUND') continue
  }
  imports.push(`import type { I${object.kind} as T${index} } from '${path}'`)
  values.push({ object, text: `export const v${index}: T${index} = ${JSON.stringify(object, null, 1)}` })
}

const file = join(here, 'objects.ts')
writeFileSync(file, [...imports, ...values.map((value) => value.text)].join('\n') + '\n')
const program = ts.createProgram([file], {
  noEmit: true, strict: true, skipLibCheck: true, types: [],
  module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler, target: ts.ScriptTarget.ES2022,
})
for (const found of ts.getPreEmitDiagnostics(program, program.getSourceFile(file))) {
  let at = imports.length
  const line = found.file ? found.file.getLineAndCharacterOfPosition(found.start).line : 0
  const value = values.find(({ text }) => (at += text.split('\n').length) > line)
  faults.push(`${value ? nameOf(value.object) : 'types'}: ${ts.flattenDiagnosticMessageText(found.messageText, ' ')}`)
}
for (const fault of faults) console.log(fault.replaceAll('\n', ' '))
