// SPDX-License-Identifier: BSD-2-Clause
// Prints all columns of a Parquet file as one JSON object, read by hyparquet; without a file, its version.
// FLOW_NODE_MODULES is the folder that it is installed in.
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const modules = process.env.FLOW_NODE_MODULES ?? process.cwd() + '/node_modules'
const require = createRequire(modules + '/')
const load = (name) => import(pathToFileURL(require.resolve(name)).href)
const { parquetReadObjects } = await load('hyparquet')
const { compressors } = await load('hyparquet-compressors')

if (process.argv.length < 3) {
  console.log(JSON.parse(await readFile(modules + '/hyparquet/package.json')).version)
} else {
  const bytes = await readFile(process.argv[2])
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
  const columns = {}
  for (const row of await parquetReadObjects({ file, compressors })) {
    for (const [name, value] of Object.entries(row)) {
      (columns[name] ??= []).push(typeof value === 'bigint' ? value.toString() : value ?? null)
    }
  }
  console.log(JSON.stringify(columns))
}
